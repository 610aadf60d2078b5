/** localStorage where it is allowed, memory where it is not. Nothing is looked at before the first call. */
export function keeperOf(prefix: string) {
  const memory = new Map<string, string>();
  const storage = <Kind>(work: (storage: Storage) => Kind): Kind | undefined => {
    try {
      return work(localStorage);
    } catch {
      return undefined; // forbidden or full
    }
  };
  return {
    read(name: string): string | null {
      return memory.get(name) ?? storage((there) => there.getItem(prefix + name)) ?? null;
    },
    write(name: string, value: string | null): void {
      memory.delete(name);
      const isKept = storage((there) => {
        if (value === null) there.removeItem(prefix + name);
        else there.setItem(prefix + name, value);
        return true;
      });
      if (!isKept && value !== null) memory.set(name, value);
    },
  };
}

export type Keeper = ReturnType<typeof keeperOf>;

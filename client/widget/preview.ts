import { useEffect, useState } from 'react';
import type { OutgoingFile } from '../chat/sending.ts';

/** Pictures that every browser draws and that carry no program: an SVG stays a file. */
const DRAWN = /^image\/(png|jpe?g|gif|webp|avif)$/;

export function isPicture(type: string): boolean {
  return DRAWN.test(type);
}

/** The address of a picture that has not left yet; null for anything else. */
export function usePreview(file: OutgoingFile): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!isPicture(file.type)) return;
    const made = URL.createObjectURL(file.blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file.blob, file.type]);
  return address;
}

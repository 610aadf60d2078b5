import {
  type Attributes,
  type Component,
  type ComponentType,
  type ContainerNode,
  createContext,
  createElement,
  Fragment,
  render,
  type VNode,
} from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/**
 * Stands for `react`, its `jsx-runtime` and `react-dom/client` in the script: what the widget uses of them and nothing else. `preact/compat`
 * would do the same and brings four kilobytes of what it does not use.
 */
export { useCallback, useContext, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
export { createContext, Fragment };

export function jsx(type: Parameters<typeof createElement>[0], props: object, key?: string | number): VNode {
  return createElement(type as string, key === undefined ? props : { ...props, key }) as VNode;
}
export { jsx as jsxs };

export function memo<Props extends object>(Drawn: ComponentType<Props>): ComponentType<Props> {
  return function Memoised(this: Component<Props>, props: Props) {
    this.shouldComponentUpdate = (next) =>
      Object.entries(next).some(([name, value]) => this.props[name as keyof Props] !== value);
    return createElement(Drawn, props as Props & Attributes);
  };
}

export function useSyncExternalStore<Value>(subscribe: (hear: () => void) => () => void, read: () => Value): Value {
  const value = read();
  const [, redraw] = useState({ value });
  useLayoutEffect(() => {
    if (!Object.is(read(), value)) redraw({ value });
  });
  useEffect(() => {
    let last = read();
    return subscribe(() => {
      const next = read();
      if (Object.is(last, next)) return;
      last = next;
      redraw({ value: next });
    });
  }, [subscribe, read]);
  return value;
}

export function createRoot(container: ContainerNode) {
  return { render: (view: VNode) => render(view, container) };
}

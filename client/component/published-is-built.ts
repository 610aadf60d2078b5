import type { LiveChatWidget as Built, LiveChatWidgetProps as BuiltProps } from './LiveChatWidget.tsx';
import type { LiveChatWidget as Published, LiveChatWidgetProps as PublishedProps } from './published.d.ts';

type Named<Props> = Omit<Props, 'texts'>;
type Fits<From extends To, To> = From;

/** What is published by hand, because it must not drag the sources' types along, is what is built. */
export type PublishedIsBuilt = [
  Fits<Named<PublishedProps>, Named<BuiltProps>>,
  Fits<Named<BuiltProps>, Named<PublishedProps>>,
  Fits<ReturnType<typeof Built>, ReturnType<typeof Published>>,
];

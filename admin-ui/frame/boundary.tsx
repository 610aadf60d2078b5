import { Component, type ReactNode } from 'react';
import { LanguageContext } from './surroundings.ts';

interface Props {
  /** What is inside is tried again when this changes. */
  about: unknown;
  /** What trying again means; otherwise, to draw it again. */
  onRetry?: (() => void) | undefined;
  children: ReactNode;
}

/** A part that breaks leaves the others working. */
export class Boundary extends Component<Props, { broken: unknown }> {
  static override contextType = LanguageContext;
  declare context: React.ContextType<typeof LanguageContext>;
  override state: { broken: unknown } = { broken: null };

  static getDerivedStateFromError(broken: unknown) {
    return { broken };
  }

  override componentDidCatch(error: unknown): void {
    reportError(error);
  }

  override componentDidUpdate(before: Props): void {
    if (before.about !== this.props.about && this.state.broken !== null) this.setState({ broken: null });
  }

  override render(): ReactNode {
    if (this.state.broken === null) return this.props.children;
    return (
      <div role="alert" className="grid h-full place-content-center gap-3 p-6 text-center text-muted">
        <p>{this.context?.say('went wrong') ?? 'Something went wrong.'}</p>
        <button
          type="button"
          className="button mx-auto"
          onClick={this.props.onRetry ?? (() => this.setState({ broken: null }))}
        >
          {this.context?.say('retry') ?? 'Try again'}
        </button>
      </div>
    );
  }
}

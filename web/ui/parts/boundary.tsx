import { Component, type ReactNode } from 'react';
import { t } from '../../i18n/translate.ts';
import { sentenceOf } from '../use-action.ts';
import { Unloaded } from './part.ts';

interface BoundaryProps {
  /** Whether it is around the whole page, and not around one part of it. */
  isPage?: boolean;
  children: ReactNode;
}

interface BoundaryState {
  error?: Error;
}

/** Shows what failed instead of the part of the page that failed, and how to go on. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = {};

  static getDerivedStateFromError(error: Error): BoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    const isUnloaded = error instanceof Unloaded;
    return (
      <div className={this.props.isPage ? 'centred' : 'fault'}>
        <div className="card" role="alert">
          <h2>{t(isUnloaded ? 'error.unloadedTitle' : 'error.pageTitle')}</h2>
          <p>{isUnloaded ? t('error.unloaded') : t('error.page')}</p>
          {!isUnloaded && 'code' in error && <p>{sentenceOf(error)}</p>}
          <button type="button" className="button primary" onClick={() => location.reload()}>
            {t('action.reload')}
          </button>
        </div>
      </div>
    );
  }
}

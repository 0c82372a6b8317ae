import type { ReactNode } from 'react';

interface SectionProps {
  title: string;
  /** Beside the title, such as how many there are. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A part of the panel with its heading. */
export const Section = ({ title, aside, children }: SectionProps) => (
  <section className="section">
    <h3>
      {title}
      {aside !== undefined && <span className="aside">{aside}</span>}
    </h3>
    {children}
  </section>
);

/** The simplex of three classes: the figure to which features collapse. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32" fill="none">
      <path d="M16 17V8M16 17l7.8 4.5M16 17l-7.8 4.5" stroke="var(--accent)" strokeWidth="2.6" strokeLinecap="round" />
      <g fill="currentColor">
        <circle cx="16" cy="6.5" r="3.4" />
        <circle cx="25.2" cy="22.2" r="3.4" />
        <circle cx="6.8" cy="22.2" r="3.4" />
      </g>
    </svg>
  );
}

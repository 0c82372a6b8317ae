/** What stands in the place of messages while the first of them are being read. */
export const Skeleton = () => (
  <div className="log-frame skeletons" aria-busy="true">
    {rows.map((lines) => (
      <div key={lines} className={`message first lines-${lines}`}>
        <span className="avatar size-36" />
        <div className="content" />
      </div>
    ))}
  </div>
);

/** So many lines each. */
const rows = [3, 1, 4, 2] as const;

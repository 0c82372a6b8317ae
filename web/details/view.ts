/** What the panel shows: the overview, or all of one of its lists. */
export type View = 'overview' | 'members' | 'files';

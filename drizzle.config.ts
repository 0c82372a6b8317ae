// biome-ignore lint/style/noDefaultExport: drizzle-kit reads the default export
export default { dialect: 'mysql', schema: './db/tables/index.ts', out: './db/migrations' };

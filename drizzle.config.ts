export default { dialect: 'mysql', schema: './db/tables.ts', out: './db/migrations' };

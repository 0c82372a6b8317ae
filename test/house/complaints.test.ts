import { expect } from 'chai';
import { expectNamedTest, tableBelow } from '../support/named-tests.ts';

describe('docs/testing.md', () => {
  it('names a test that exists for each complaint of the users of other chats', () => {
    const rows = tableBelow('docs/testing.md', '## What users of other chats complain about');
    expect(rows.length).to.be.above(25);
    for (const [complaint = '', cell = ''] of rows) {
      expect(complaint).to.match(/\w/);
      expect(expectNamedTest(cell).title, cell).to.match(/\w/);
    }
  });
});

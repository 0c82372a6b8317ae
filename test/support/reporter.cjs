// Mocha's spec reporter, and the two numbers that .ci/run prints, written to the file that MOCHA_REPORT names.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      if (process.env.MOCHA_REPORT) writeFileSync(process.env.MOCHA_REPORT, `${runner.stats.passes} ${runner.stats.failures}\n`);
    });
  }
};

// As many dynamic resources as said, whose provider does nothing: the floor of growth.
"use strict";

const pulumi = require("@pulumi/pulumi");

const provider = { create: async (inputs) => ({ id: "made", outs: inputs }) };

class Nothing extends pulumi.dynamic.Resource {
  constructor(name) {
    super(provider, name, {}, {}, "bench", "Nothing");
  }
}

const count = new pulumi.Config().requireNumber("count");
for (let number = 0; number < count; number += 1) new Nothing(`nothing${number}`);
module.exports = {};

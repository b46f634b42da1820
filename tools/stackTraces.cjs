// For a program: the SDK notes a stack trace for every promise and every resource, and each is translated to the lines of its
// source, a third of the program's time. Errors that say something are still translated (docs/decisions/0072).
"use strict";

const { prepareStackTrace } = Error;
if (prepareStackTrace && !process.env.PULUMI_DEBUG_PROMISE_LEAKS)
  Error.prepareStackTrace = (error, frames) => (error.message === "" ? "Error" : prepareStackTrace(error, frames));

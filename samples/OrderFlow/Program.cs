using OrderFlow;

return await FlowCommand.RunAsync(args);

using OrderService;
using TechCorp.Samples;

return await ServiceCommand.RunAsync(
    "order-service", "http://127.0.0.1:5001", args, OrderApp.Build, ("inventory", "http://127.0.0.1:5002"), ("payments", "http://127.0.0.1:5003"));

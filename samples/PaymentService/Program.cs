using PaymentService;
using TechCorp.Samples;

return await ServiceCommand.RunAsync("payment-service", "http://127.0.0.1:5003", args, PaymentApp.Build);

using NotificationService;
using TechCorp.Samples;

return await ServiceCommand.RunAsync("notification-service", "http://127.0.0.1:5004", args, NotificationApp.Build);

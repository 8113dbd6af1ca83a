using AnalyticsService;
using TechCorp.Samples;

return await ServiceCommand.RunAsync("analytics-service", "http://127.0.0.1:5005", args, AnalyticsApp.Build);

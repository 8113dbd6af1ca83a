using InventoryService;
using TechCorp.Samples;

return await ServiceCommand.RunAsync("inventory-service", "http://127.0.0.1:5002", args, InventoryApp.Build);

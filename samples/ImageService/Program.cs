using ImageService;
using TechCorp.Samples;

return await ServiceCommand.RunAsync("image-service", "http://127.0.0.1:5006", args, ImageApp.Build);

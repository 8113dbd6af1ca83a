using TechCorp.Messaging;
using TechCorp.Samples;

namespace ImageService;

/// <summary>Accepts uploads over HTTP and resizes them in the background, from a work queue with a prefetch of five.</summary>
public static class ImageApp
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(ServiceSettings settings)
    {
        var builder = ServiceHost.CreateBuilder(
            settings,
            Tables.Sql,
            messaging => messaging
                .AddTopology(Topology.WorkQueue("images.resize"))
                .AddMessage("image.resize", ImageJson.Default.ImageResize, Destination.ToQueue("images.resize"))
                .AddConsumer<ImageResizeHandler, ImageResize>());
        builder.Services.AddSingleton(new ImageFiles(Path.Combine(settings.DataDirectory, "images")));
        builder.Services.AddSingleton<ImageStore>();

        var app = builder.BuildService();
        app.MapImages();
        app.MapDeadLetters();
        return app;
    }
}

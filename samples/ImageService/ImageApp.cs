using TechCorp.Messaging;
using TechCorp.Samples;

namespace ImageService;

/// <summary>Accepts uploads over HTTP and resizes them in the background, from a work queue with a prefetch of five. Each instance keeps thumbnails
/// in memory until a broadcast says that the image has changed.</summary>
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
                .AddConsumer<ImageResizeHandler, ImageResize>()
                .AddTopology(Topology.Broadcast("images.changed"))
                .AddMessage("image.changed", ImageJson.Default.ImageChanged, Destination.ToExchange("images.changed"))
                .AddConsumer<ImageChangedHandler, ImageChanged>());
        builder.Services.AddSingleton(new ImageFiles(Path.Combine(settings.DataDirectory, "images")));
        builder.Services.AddSingleton<ImageStore>();
        builder.Services.AddSingleton<ThumbnailCache>();

        var app = builder.BuildService();
        app.MapImages();
        app.MapDeadLetters();
        return app;
    }
}

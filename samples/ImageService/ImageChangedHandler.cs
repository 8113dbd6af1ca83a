using TechCorp.Messaging;

namespace ImageService;

/// <summary>Every instance hears of every changed image, from its own queue, and forgets the thumbnail that it keeps in memory.</summary>
[Consumer(Queue = "images.changed.broadcast")]
public sealed class ImageChangedHandler(ThumbnailCache thumbnails) : IMessageHandler<ImageChanged>
{
    /// <inheritdoc/>
    public Task HandleAsync(ImageChanged message, MessageContext context, CancellationToken cancellationToken)
    {
        thumbnails.Forget(message.ImageId);
        return Task.CompletedTask;
    }
}

using TechCorp.Messaging;

namespace ImageService;

/// <summary>The worker: writes every size that the job names. It is idempotent: a second run writes the same files.</summary>
[Consumer(Queue = "images.resize", Prefetch = 5, Concurrency = 2)]
public sealed class ImageResizeHandler(ImageFiles files, ImageStore store, IMessagePublisher publisher) : IMessageHandler<ImageResize>
{
    private static readonly int Attempts = DeliveryPolicy.Default.Delays.Count + 1;

    /// <inheritdoc/>
    public async Task HandleAsync(ImageResize message, MessageContext context, CancellationToken cancellationToken)
    {
        try
        {
            using var image = ImageResizer.Decode(files.PathOf(message.ImageId));
            foreach (var size in message.Sizes)
            {
                var edge = ImageSizes.LongestEdge.TryGetValue(size, out var pixels)
                    ? pixels
                    : throw new PermanentFailureException($"Size '{size}' is unknown.");
                await using var resized = ImageResizer.Resize(image, edge);
                await files.WriteAsync(message.ImageId, size, resized, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is PermanentFailureException || (context.Attempt >= Attempts && !cancellationToken.IsCancellationRequested))
        {
            await store.MarkRejectedAsync(message.ImageId, cancellationToken);
            throw;
        }

        // Accepted without a queue, too: the embedded consumers may be stopped already.
        await publisher.PublishAsync(new ImageChanged(message.ImageId), new PublishOptions { UnroutableBehavior = UnroutableBehavior.Accept },
            cancellationToken);
        await store.MarkDoneAsync(message.ImageId, redriven: context.RedriveCount > 0, cancellationToken);
    }
}

namespace TechCorp.Messaging;

/// <summary>The everyday ways to publish.</summary>
public static class MessagePublisherExtensions
{
    extension(IMessagePublisher publisher)
    {
        /// <summary>Publishes a payload whose type the catalog knows, to the given destination or to the one registered for the type.</summary>
        /// <exception cref="PublishException">The message was not confirmed.</exception>
        /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given.</exception>
        public Task PublishAsync<T>(T payload, Destination? destination = null, PublishOptions? options = null, CancellationToken cancellationToken = default)
            where T : notnull
            => publisher is MessagePublisher own
                ? own.PublishAsync(payload, destination, options, cancellationToken)
                : publisher.PublishAsync(publisher.Catalog.Create(payload), destination ?? publisher.Catalog.DestinationOf<T>(), options, cancellationToken);

        /// <summary>Publishes a serialized message.</summary>
        /// <exception cref="PublishException">The message was not confirmed.</exception>
        public Task PublishAsync(Message message, Destination destination, PublishOptions? options = null, CancellationToken cancellationToken = default)
            => ConfirmedAsync(publisher.TryPublishAsync(message, destination, options, cancellationToken), message, destination);
    }

    private static async Task ConfirmedAsync(ValueTask<PublishOutcome> publish, Message message, Destination destination)
    {
        var outcome = await publish.ConfigureAwait(false);
        if (!outcome.IsConfirmed)
        {
            throw new PublishException(message.Id, destination, outcome);
        }
    }
}

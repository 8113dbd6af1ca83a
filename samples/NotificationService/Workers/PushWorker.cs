using TechCorp.Messaging;
using TechCorp.Outbox;

namespace NotificationService.Workers;

/// <summary>Sends the notifications that <c>notification.push.#</c> matches.</summary>
[Consumer(Queue = "notifications.push")]
public sealed class PushWorker : ITransactionalHandler<Notification>
{
    /// <inheritdoc/>
    public Task HandleAsync(Notification message, TransactionContext context, CancellationToken cancellationToken) => context.SendAsync("push", message);
}

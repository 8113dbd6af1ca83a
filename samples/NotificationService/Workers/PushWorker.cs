using TechCorp.Messaging;
using TechCorp.Outbox;

namespace NotificationService.Workers;

/// <summary>Sends what is routed to <c>notification.push.#</c>.</summary>
[Consumer(Queue = "notifications.push")]
public sealed class PushWorker : ITransactionalHandler<Notification>
{
    /// <inheritdoc/>
    public Task HandleAsync(Notification message, TransactionContext context, CancellationToken cancellationToken) => context.SendAsync("push", message);
}

using TechCorp.Messaging;
using TechCorp.Outbox;

namespace NotificationService.Workers;

/// <summary>Sends what is routed to <c>notification.email.#</c>.</summary>
[Consumer(Queue = "notifications.email")]
public sealed class EmailWorker : ITransactionalHandler<Notification>
{
    /// <inheritdoc/>
    public Task HandleAsync(Notification message, TransactionContext context, CancellationToken cancellationToken) => context.SendAsync("email", message);
}

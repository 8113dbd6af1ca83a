using NotificationService.Workers;
using TechCorp.Messaging;
using TechCorp.Outbox;
using TechCorp.Samples;

namespace NotificationService;

/// <summary>Subscribes to order events and publishes notifications on a topic exchange; email, SMS and push workers send them.</summary>
public static class NotificationApp
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(ServiceSettings settings)
    {
        var builder = ServiceHost.CreateBuilder(
            settings,
            Tables.Sql,
            messaging => messaging
                .AddTopology(Topology.Fanout("events.fanout", "notification.order-events"))
                // '#' because the keys have four words: 'notification.email.*' does not match 'notification.email.order.confirmed'.
                .AddTopology(Topology.Topic(
                    "notifications",
                    ("notification.email.#", "notifications.email"),
                    ("notification.sms.#", "notifications.sms"),
                    ("notification.push.#", "notifications.push")))
                .AddMessage("order.created", NotificationJson.Default.OrderCreated)
                .AddMessage("order.completed", NotificationJson.Default.OrderCompleted)
                .AddMessage("order.cancelled", NotificationJson.Default.OrderCancelled)
                .AddMessage("notification.requested", NotificationJson.Default.Notification)
                .AddTransactionalConsumer<OrderEventsHandler, OrderCreated>(FromAnyProducer)
                .AddTransactionalConsumer<OrderEventsHandler, OrderCompleted>(FromAnyProducer)
                .AddTransactionalConsumer<OrderEventsHandler, OrderCancelled>(FromAnyProducer)
                .AddTransactionalConsumer<EmailWorker, Notification>()
                .AddTransactionalConsumer<SmsWorker, Notification>()
                .AddTransactionalConsumer<PushWorker, Notification>());

        var app = builder.BuildService();
        app.MapNotifications();
        return app;
    }

    // Other producers may send neither type nor message id: then the type is read from the body, and the id derives from the body.
    private static void FromAnyProducer(ConsumerOptions consumer)
    {
        consumer.JsonTypeProperty = "event";
        consumer.MessageIdFromBodyHash = true;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Adds consumers whose effect happens once.</summary>
public static class TransactionalConsumerExtensions
{
    extension(MessagingBuilder messaging)
    {
        /// <summary>Consumes messages of one type with a handler whose writes and events commit together with the mark that the message was handled.</summary>
        /// <param name="configure">Queue and settings, over those of the handler's <see cref="ConsumerAttribute"/>.</param>
        /// <param name="outbox">The name of the outbox whose database it is. Default: the plain one.</param>
        /// <remarks>The handler is scoped unless it is registered already. The queue's name is what the inbox knows the consumer by.</remarks>
        /// <exception cref="InvalidOperationException">No queue is named.</exception>
        public MessagingBuilder AddTransactionalConsumer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler, TMessage>(
            Action<ConsumerOptions>? configure = null, string? outbox = null)
            where THandler : class, ITransactionalHandler<TMessage>
            where TMessage : notnull
        {
            messaging.Services.TryAddScoped<THandler>();
            var attribute = typeof(THandler).GetCustomAttribute<ConsumerAttribute>(inherit: false);
            var asked = new ConsumerOptions { Queue = attribute?.Queue ?? "" };
            configure?.Invoke(asked);
            return asked.Queue.Length == 0
                ? throw new InvalidOperationException($"{typeof(THandler).Name} consumes no queue: put [Consumer(Queue = \"…\")] on it, or set Queue at registration.")
                : messaging.AddConsumer<TMessage>(asked.Queue, provider => Handler<THandler, TMessage>(provider, outbox), options =>
                {
                    options.Prefetch = attribute is { Prefetch: > 0 } ? attribute.Prefetch : options.Prefetch;
                    options.Concurrency = attribute is { Concurrency: > 0 } ? attribute.Concurrency : options.Concurrency;
                    configure?.Invoke(options);
                });
        }
    }

    internal static IMessageHandler<TMessage> Handler<THandler, TMessage>(IServiceProvider provider, string? outbox)
        where THandler : class, ITransactionalHandler<TMessage>
        where TMessage : notnull
        => new InboxHandler<TMessage>(
            provider.OfOutbox<OutboxDatabase>(outbox), provider.OfOutbox<IOutbox>(outbox), provider.GetRequiredService<THandler>(), provider.GetTimeProvider(), provider.GetLogger<THandler>());
}

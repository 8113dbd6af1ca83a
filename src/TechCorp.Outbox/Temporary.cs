#pragma warning disable CS1591
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

public static class Temporary
{
    public static MessagingBuilder AddTransactionalConsumer<THandler, TMessage>(this MessagingBuilder m, Action<ConsumerOptions>? configure = null)
        where THandler : class, ITransactionalHandler<TMessage> where TMessage : notnull
    {
        m.Services.TryAddScoped<THandler>();
        var a = typeof(THandler).GetCustomAttribute<ConsumerAttribute>()!;
        return m.AddConsumer<TMessage>(a.Queue, sp => new TempInbox<TMessage>(sp.GetRequiredService<THandler>(), sp.GetRequiredService<OutboxDatabase>(), sp.GetRequiredService<TransactionalOutbox>(), typeof(THandler).Name), o =>
        {
            if (a.Prefetch > 0) o.Prefetch = a.Prefetch;
            configure?.Invoke(o);
        });
    }

    public static OutboxBuilder AddSaga<TSaga, TState>(this OutboxBuilder o, JsonTypeInfo<TState> json) where TSaga : Saga<TState> where TState : class
    {
        o.Services.TryAddScoped<TSaga>();
        o.Services.AddSingleton(sp => new SagaOrchestrator(sp.GetRequiredService<OutboxDatabase>(), sp.GetRequiredService<IOutbox>(),
            [new SagaRegistration<TState>(s => s.GetRequiredService<TSaga>(), json)], sp.GetRequiredService<IServiceScopeFactory>(),
            new SagaOptions { RetryBaseDelay = sp.GetRequiredService<IConfiguration>()["TechCorp:Outbox:Sagas:RetryBaseDelay"] is { } d ? TimeSpan.Parse(d) : TimeSpan.FromSeconds(1) }, TimeProvider.System, sp.GetRequiredService<ILogger<SagaOrchestrator>>()));
        o.Services.AddSingleton<IHostedService>(sp => new TempHost(sp.GetRequiredService<SagaOrchestrator>()));
        return o;
    }
}
internal sealed class TempHost(SagaOrchestrator s) : IHostedService
{
    public Task StartAsync(CancellationToken c) { s.Start(); return Task.CompletedTask; }
    public Task StopAsync(CancellationToken c) => s.StopAsync(c);
}
internal sealed class TempInbox<T>(ITransactionalHandler<T> handler, OutboxDatabase db, TransactionalOutbox outbox, string consumer) : IMessageHandler<T>
{
    public async Task HandleAsync(T message, MessageContext context, CancellationToken ct)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: ct);
        var n = db.Dialect == SqlDialect.Sqlite
            ? await work.Connection.ExecuteAsync($"insert into {db.Table("inbox")} (consumer, message_id, body_hash, received_at) values (@consumer, @id, @h, 0) on conflict do nothing", new { consumer, id = context.MessageId, h = SHA256.HashData(context.Body.Span) }, work.Transaction)
            : await work.Connection.ExecuteAsync($"insert into {db.Table("inbox")} (consumer, message_id, body_hash) values (@consumer, @id, @h) on conflict do nothing", new { consumer, id = Guid.TryParse(context.MessageId, out var g) ? g : new Guid(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(context.MessageId!)).AsSpan(0, 16)), h = SHA256.HashData(context.Body.Span) }, work.Transaction);
        if (n == 0) return;
        var tx = new TransactionContext(work.Transaction, outbox, context);
        await handler.HandleAsync(message, tx, ct);
        foreach (var e in tx.Events) work.Add(e);
        await work.CommitAsync(ct);
    }
}

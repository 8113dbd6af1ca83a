using System.Data.Common;
using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>A minimal outbox: rows in the caller's transaction, so that a test sees what was committed.</summary>
internal sealed class SagaLedgerOutbox(TestDatabase db) : IOutbox
{
    public MessageCatalog Catalog { get; } = new MessageCatalog().Add("order.ended", SagaJson.Default.OrderEnded, Destination.ToExchange("orders"));

    internal int Wakes { get; private set; }

    internal bool IsBroken { get; set; }

    private string Table => db.Database.Table("published");

    internal Task CreateAsync() => db.ExecuteAsync($"create table {Table} (id text primary key, type text not null, body text not null)");

    internal Task<IReadOnlyList<string>> BodiesAsync() => db.QueryAsync<string>($"select body from {Table} order by id limit 1000");

    internal Task<IReadOnlyList<string>> IdsAsync() => db.QueryAsync<string>($"select id from {Table} order by id limit 1000");

    public async Task PublishAsync(DbTransaction transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken = default)
    {
        if (IsBroken)
        {
            throw new InvalidOperationException("The outbox is broken.");
        }

        foreach (var m in messages)
        {
            await transaction.Connection!.ExecuteAsync(
                $"insert into {Table} (id, type, body) values (@Id, @Type, @Body)",
                new { m.Message.Id, m.Message.Type, Body = System.Text.Encoding.UTF8.GetString(m.Message.Body.Span) }, transaction);
        }
    }

    public void Wake() => Wakes++;
}

using System.Data.Common;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>A message's effect happens once, however often it is delivered.</summary>
public abstract class InboxContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private SagaLedgerOutbox _outbox = null!;

    private string Effects => Db.Database.Table("effects");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Db.ExecuteAsync($"create table {Effects} (id text not null)");
        _outbox = new SagaLedgerOutbox(Db);
        await _outbox.CreateAsync();
    }

    [Fact, Trait("Spec", "IN1")]
    public async Task The_first_delivery_has_its_effect_its_mark_and_its_events()
    {
        var handler = new Ledger(Effects);

        await DeliverAsync(handler);

        (await EffectsAsync()).Should().Be(1);
        (await MarksAsync()).Should().Be(1);
        (await _outbox.BodiesAsync()).Should().HaveCount(2);
        _outbox.Wakes.Should().Be(1);
    }

    [Safeguard("The inbox mark is unique", SwitchedOff = "`InboxHandler` goes on when the mark was there already")]
    [Fact, Trait("Spec", "IN2")]
    public async Task A_duplicate_is_acknowledged_without_the_handler()
    {
        var handler = new Ledger(Effects);
        await DeliverAsync(handler);

        await DeliverAsync(handler);

        handler.Calls.Should().Be(1);
        (await EffectsAsync()).Should().Be(1);
        (await _outbox.BodiesAsync()).Should().HaveCount(2);
    }

    [Safeguard("A handler's failed transaction is not acknowledged", SwitchedOff = "`InboxHandler` asks nothing before the commit (PostgreSQL)")]
    [Fact, Trait("Spec", "IN4")]
    public async Task A_handler_that_swallows_an_error_of_the_database_is_not_acknowledged_without_its_effect()
    {
        var acknowledged = true;
        try
        {
            await DeliverAsync(new Swallower(Effects));
        }
        catch (DbException)
        {
            acknowledged = false;
        }

        (await EffectsAsync()).Should().Be(acknowledged ? 1 : 0);
        (await MarksAsync()).Should().Be(acknowledged ? 1 : 0);
    }

    [Safeguard("The inbox mark is unique")]
    [Fact, Trait("Spec", "IN3")]
    public async Task Of_64_duplicates_at_once_one_is_handled()
    {
        var handler = new Ledger(Effects);
        var context = Context(Guid.CreateVersion7().ToString());

        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => DeliverAsync(handler, context), Cancel)));

        handler.Calls.Should().Be(1);
        (await EffectsAsync()).Should().Be(1);
    }

    [Fact, Trait("Spec", "IN4")]
    public async Task A_handler_that_throws_leaves_nothing_and_is_called_again()
    {
        var handler = new Ledger(Effects) { Throws = new InvalidOperationException("Not today.") };
        await ((Func<Task>)(() => DeliverAsync(handler))).Should().ThrowAsync<InvalidOperationException>();
        (await EffectsAsync()).Should().Be(0);
        (await MarksAsync()).Should().Be(0);
        (await _outbox.BodiesAsync()).Should().BeEmpty();

        handler.Throws = null;
        await DeliverAsync(handler);

        handler.Calls.Should().Be(2);
        (await EffectsAsync()).Should().Be(1);
    }

    [Fact, Trait("Spec", "IN6")]
    public async Task When_the_events_cannot_be_written_nothing_is_and_a_redelivery_decides()
    {
        var handler = new Ledger(Effects);
        _outbox.IsBroken = true;
        await ((Func<Task>)(() => DeliverAsync(handler))).Should().ThrowAsync<InvalidOperationException>();

        _outbox.IsBroken = false;
        await DeliverAsync(handler);
        await DeliverAsync(handler);

        (await EffectsAsync()).Should().Be(1);
    }

    [Fact, Trait("Spec", "IN7")]
    public async Task Two_consumers_handle_one_message_each()
    {
        var handler = new Ledger(Effects);
        var id = Guid.CreateVersion7().ToString();

        await DeliverAsync(handler, Context(id, queue: "billing"));
        await DeliverAsync(handler, Context(id, queue: "shipping"));

        (await EffectsAsync()).Should().Be(2);
        (await _outbox.IdsAsync()).Should().OnlyHaveUniqueItems().And.HaveCount(4);
    }

    [Safeguard("The inbox mark is unique", Remark = "and four more")]
    [Fact, Trait("Spec", "IN8")]
    public async Task One_id_with_two_bodies_is_refused_for_good()
    {
        var handler = new Ledger(Effects);
        var id = Guid.CreateVersion7().ToString();
        await DeliverAsync(handler, Context(id, body: "one"));

        var act = () => DeliverAsync(handler, Context(id, body: "two"));

        (await act.Should().ThrowAsync<IdentityConflictException>()).Which.Should().BeAssignableTo<PermanentFailureException>();
        handler.Calls.Should().Be(1);
    }

    [Theory, Trait("Spec", "IN9")]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_message_without_an_id_is_refused_for_good(string? id)
    {
        var handler = new Ledger(Effects);

        await ((Func<Task>)(() => DeliverAsync(handler, Context(id)))).Should().ThrowAsync<PermanentFailureException>().WithMessage("*FromBodyHash*");

        handler.Calls.Should().Be(0);
    }

    [Fact, Trait("Spec", "IN9")]
    public async Task An_id_that_is_no_uuid_is_recognised_too()
    {
        var handler = new Ledger(Effects);

        await DeliverAsync(handler, Context("order-17"));
        await DeliverAsync(handler, Context("order-17"));
        await DeliverAsync(handler, Context("order-18"));

        handler.Calls.Should().Be(2);
    }

    [Fact, Trait("Spec", "IN11")]
    public async Task A_re_run_gives_its_events_the_same_ids()
    {
        var handler = new Ledger(Effects);
        var context = Context(Guid.CreateVersion7().ToString());
        await DeliverAsync(handler, context);
        var first = await _outbox.IdsAsync();
        await Db.ExecuteAsync("delete from {inbox}");
        await Db.ExecuteAsync($"delete from {Db.Database.Table("published")}");

        await DeliverAsync(handler, context);

        (await _outbox.IdsAsync()).Should().Equal(first).And.OnlyHaveUniqueItems();
        first.Should().OnlyContain(id => Guid.Parse(id).Version == 8);
    }

    [Fact, Trait("Spec", "IN10")]
    public async Task A_duplicate_after_the_retention_is_handled_again()
    {
        var handler = new Ledger(Effects);
        var context = Context(Guid.CreateVersion7().ToString());
        await DeliverAsync(handler, context);
        await Db.ExecuteAsync($"delete from {Db.Database.Table("published")}");
        await Db.AgeAsync(TimeSpan.FromDays(14) + TimeSpan.FromSeconds(1));
        await new InboxRetention(Db.Database, Db.Time).RunAsync(TimeSpan.FromDays(14), 100, Cancel);

        await DeliverAsync(handler, context);

        handler.Calls.Should().Be(2, "as the documentation of Retention says");
    }

    [Fact, Trait("Spec", "IN17")]
    public async Task Retention_deletes_old_marks_in_bounded_batches_and_no_young_one()
    {
        var handler = new Ledger(Effects);
        for (var i = 0; i < 5; i++)
        {
            await DeliverAsync(handler, Context($"old-{i}"));
        }

        await Db.AgeAsync(TimeSpan.FromDays(2));
        await DeliverAsync(handler, Context("young"));
        var retention = new InboxRetention(Db.Database, Db.Time);

        (await retention.RunAsync(TimeSpan.FromDays(1), 3, Cancel)).Should().Be(3);
        (await retention.RunAsync(TimeSpan.FromDays(1), 3, Cancel)).Should().Be(2);

        (await MarksAsync()).Should().Be(1);
        await DeliverAsync(handler, Context("young"));
        handler.Calls.Should().Be(6);
    }

    [Fact, Trait("Spec", "IN14")]
    public async Task Work_after_the_commit_that_fails_is_made_up_for_by_a_redelivery()
    {
        var handler = new Caller(Effects) { AfterThrows = new HttpRequestException("Away.") };
        await ((Func<Task>)(() => DeliverAsync(handler))).Should().ThrowAsync<HttpRequestException>();
        (await EffectsAsync()).Should().Be(1, "it was committed before");

        handler.AfterThrows = null;
        await DeliverAsync(handler);
        await DeliverAsync(handler);

        handler.Calls.Should().Be(1);
        handler.AfterCalls.Should().Be(2, "until it has returned once, and not after that");
    }

    [Fact, Trait("Spec", "IN14")]
    public async Task A_delegate_after_the_commit_runs_once_it_is_committed_and_not_when_it_is_not()
    {
        var seen = -1L;
        var handler = new Ledger(Effects);
        handler.After = async _ => seen = await EffectsAsync();

        await DeliverAsync(handler);
        seen.Should().Be(1);

        handler.Throws = new InvalidOperationException("Not today.");
        seen = -1;
        await ((Func<Task>)(() => DeliverAsync(handler, Context("other")))).Should().ThrowAsync<InvalidOperationException>();
        seen.Should().Be(-1);
    }

    private static readonly string Id = Guid.CreateVersion7().ToString();

    private Task DeliverAsync(ITransactionalHandler<OrderEnded> handler, MessageContext? context = null)
        => new InboxHandler<OrderEnded>(Db.Database, _outbox, handler, Db.Time, NullLogger.Instance)
            .HandleAsync(new OrderEnded("o-1", "completed", null), context ?? Context(Id), Cancel);

    private static MessageContext Context(string? id, string queue = "billing", string body = "{}")
        => new() { MessageId = id, Type = "order.ended", Queue = queue, Headers = new Dictionary<string, string>(), Body = Encoding.UTF8.GetBytes(body) };

    private Task<long> EffectsAsync() => Db.ScalarAsync<long>($"select count(*) from {Effects}");

    private Task<long> MarksAsync() => Db.ScalarAsync<long>("select count(*) from {inbox}");

    private sealed class Swallower(string table) : ITransactionalHandler<OrderEnded>
    {
        public async Task HandleAsync(OrderEnded message, TransactionContext context, CancellationToken cancellationToken)
        {
            await context.Connection.ExecuteAsync($"insert into {table} (id) values (@OrderId)", message, context.Transaction);
            try
            {
                await context.Connection.ExecuteAsync("insert into no_such_table values (1)", transaction: context.Transaction);
            }
            catch (DbException)
            {
                // On PostgreSQL the transaction is lost from here on, and nothing but the next statement says so.
            }
        }
    }

    private class Ledger(string table) : ITransactionalHandler<OrderEnded>
    {
        private int _calls;

        internal int Calls => _calls;

        internal Exception? Throws { get; set; }

        internal Func<CancellationToken, Task>? After { get; set; }

        public async Task HandleAsync(OrderEnded message, TransactionContext context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            await context.Connection.ExecuteAsync($"insert into {table} (id) values (@OrderId)", message, context.Transaction);
            context.Publish(message);
            context.Publish(message with { Status = "again" });
            if (After is not null)
            {
                context.AfterCommit(After);
            }

            if (Throws is not null)
            {
                throw Throws;
            }
        }
    }

    private sealed class Caller(string table) : Ledger(table), IAfterCommit<OrderEnded>
    {
        internal int AfterCalls { get; private set; }

        internal Exception? AfterThrows { get; set; }

        public Task AfterCommitAsync(OrderEnded message, MessageContext context, CancellationToken cancellationToken)
        {
            AfterCalls++;
            return AfterThrows is null ? Task.CompletedTask : throw AfterThrows;
        }
    }
}

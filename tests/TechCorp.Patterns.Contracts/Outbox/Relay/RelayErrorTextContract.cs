using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>What is kept and reported of the errors of a publish.</summary>
public abstract class RelayErrorTextContract<TDatabase> : RelaySuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Leaking = "amqp://app:hunter2@broker refused it \0 \uDE00";

    [Fact, Trait("Spec", "FH3")]
    public async Task A_secret_in_a_refusal_is_not_kept_with_the_event()
    {
        await AppendAsync(Of("a", 1, 1));
        Broker.Answer = static _ => PublishOutcome.Rejected(Leaking);

        (await RunAsync()).Deferred.Should().Be(1);

        (await Db.ScalarAsync<string>("select last_error from {outbox}")).Should().Be("amqp://***@broker refused it \uFFFD \uFFFD");
    }

    [Fact, Trait("Spec", "FH3")]
    public async Task Nor_with_a_parked_event()
    {
        Options.MaxAttempts = 1;
        await AppendAsync(Of("a", 1, 1));
        Broker.Answer = static _ => PublishOutcome.Rejected(Leaking);

        (await RunAsync()).Parked.Should().Be(1);

        (await new ParkedEvents(Outbox).ListAsync(cancellationToken: Cancel)).Single().LastError.Should().Be("amqp://***@broker refused it \uFFFD \uFFFD");
    }

    [Fact, Trait("Spec", "FH3")]
    public async Task Nor_reported_when_the_publisher_throws()
    {
        await AppendAsync(Of("a", 1, 1));
        Broker.Answer = static _ => throw new InvalidOperationException(Leaking);

        (await RunAsync()).Error.Should().Be("amqp://***@broker refused it \uFFFD \uFFFD");
    }

    [Fact, Trait("Spec", "FH3")]
    public async Task A_long_refusal_is_cut_between_two_characters()
    {
        await AppendAsync(Of("a", 1, 1));
        Broker.Answer = static _ => PublishOutcome.Rejected(new string('x', 1022) + "😀");

        await RunAsync();

        (await Db.ScalarAsync<string>("select last_error from {outbox}")).Should().Be(new string('x', 1022));
    }
}

namespace TechCorp.Messaging.Tests;

[Trait("Spec", "DL6")]
public sealed class InMemoryExpiryTests : InMemoryBrokerTest
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_message_lives_exactly_as_long_as_the_queue_says()
    {
        await DeclareAsync(WithDeadLetters("q"), new QueueDeclaration("dead"));
        await PublishAsync("q", "1");

        Time.Advance(Ttl - TimeSpan.FromMilliseconds(1));
        (await ReadyAsync("dead")).Should().Be(0);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        (await ReadyAsync("dead")).Should().Be(1);
    }

    [Fact]
    public async Task Each_message_expires_at_its_own_time_without_a_caller()
    {
        await DeclareAsync(WithDeadLetters("q"), new QueueDeclaration("dead"));
        var dead = await SubscribeAsync("dead");
        await PublishAsync("q", "first");
        Time.Advance(Ttl / 2);
        await PublishAsync("q", "second");

        Time.Advance(Ttl / 2);
        await dead.ReceivesAsync(1);
        Time.Advance(Ttl / 2);
        await dead.ReceivesAsync(2);

        dead.Texts.Should().Equal("first", "second");
    }

    [Fact]
    public async Task A_shorter_time_in_another_queue_rings_first()
    {
        await DeclareAsync(WithDeadLetters("slow"), WithDeadLetters("quick") with { MessageTimeToLive = Ttl / 10 }, new QueueDeclaration("dead"));
        var dead = await SubscribeAsync("dead");
        await PublishAsync("slow", "slow");
        await PublishAsync("quick", "quick");

        Time.Advance(Ttl / 10);
        await dead.ReceivesAsync(1);
        Time.Advance(Ttl);
        await dead.ReceivesAsync(2);

        dead.Texts.Should().Equal("quick", "slow");
    }

    [Safeguard("Expiry wakes up by itself", SwitchedOff = "`InMemoryBroker.Do` does not set the alarm")]
    [Fact]
    public async Task Being_requeued_does_not_renew_the_time()
    {
        await DeclareAsync(WithDeadLetters("q"), new QueueDeclaration("dead"));
        await PublishAsync("q", "1");
        Time.Advance(Ttl / 2);

        await SettleHeadAsync("q", Settlement.Requeue);
        Time.Advance(Ttl / 2);

        (await ReadyAsync("dead")).Should().Be(1);
    }

    [Fact]
    public async Task Times_beyond_the_longest_timer_are_kept_too()
    {
        await DeclareAsync(WithDeadLetters("q") with { MessageTimeToLive = TimeSpan.FromDays(100) }, new QueueDeclaration("dead"));
        var dead = await SubscribeAsync("dead");
        await PublishAsync("q", "1");

        Time.Advance(TimeSpan.FromDays(99));
        (await ReadyAsync("q")).Should().Be(1);
        Time.Advance(TimeSpan.FromDays(1));

        await dead.ReceivesAsync(1);
    }

    [Fact]
    public async Task Ladders_of_queues_pass_a_message_on_step_by_step()
    {
        await DeclareAsync(
            new QueueDeclaration("a") { MessageTimeToLive = Ttl, DeadLetterExchange = "", DeadLetterRoutingKey = "b" },
            new QueueDeclaration("b") { MessageTimeToLive = Ttl, DeadLetterExchange = "", DeadLetterRoutingKey = "c" },
            new QueueDeclaration("c"));
        await PublishAsync("a", "1");

        Time.Advance(Ttl);
        (await ReadyAsync("b")).Should().Be(1);
        Time.Advance(Ttl);

        (await ReadyAsync("c")).Should().Be(1);
    }

    private static QueueDeclaration WithDeadLetters(string name)
        => new(name) { MessageTimeToLive = Ttl, DeadLetterExchange = "", DeadLetterRoutingKey = "dead" };
}

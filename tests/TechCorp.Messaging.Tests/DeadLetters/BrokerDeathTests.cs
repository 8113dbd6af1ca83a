namespace TechCorp.Messaging.Tests;

public sealed class BrokerDeathTests
{
    [Theory, Trait("Spec", "FM21"), Trait("Spec", "FM14")]
    [InlineData("events.delay.1s", true)]
    [InlineData("events.delay.2097152s", true)]
    [InlineData("orders.queue-delay.8s", true)]
    [InlineData("orders.queue-delay.last", true)]
    [InlineData("techcorp.amq.topic.delay.4s", true)]
    [InlineData("orders.delay.3s", false)] // no step has 3 seconds
    [InlineData("orders.delay.last", false)] // only before a queue
    [InlineData("orders.delay", false)]
    [InlineData("orders.retry.1s", false)]
    [InlineData("orders", false)]
    [InlineData("1s", false)]
    public void A_queue_in_which_a_message_waits_for_its_delay_is_known_by_its_name(string queue, bool isStep)
        => DelaySteps.IsStep(queue).Should().Be(isStep);

    [Fact, Trait("Spec", "FM21"), Trait("Spec", "FM14")]
    public void The_last_queue_that_is_no_delay_queue_counts_and_the_last_reason()
    {
        BrokerDeath.Of([("events.delay.1s", "expired"), ("orders", "maxlen"), ("events.delay.4s", "expired")]).Should()
            .Be(new BrokerDeath("expired", "orders"));
        BrokerDeath.Of([("orders.queue-delay.last", "expired")]).Should().Be(new BrokerDeath("expired", Queue: null));
        BrokerDeath.Of([]).Should().BeNull();
    }
}

using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Outbox.Tests;

public sealed class SagaDispatcherTests
{
    [Fact]
    public void A_slot_that_nothing_ran_in_wakes_nobody()
    {
        var wakes = 0;
        using var dispatcher = new SagaDispatcher(runner: null!, store: null!, new SagaOptions(), NullLogger.Instance, () => wakes++);
        dispatcher.Open();

        dispatcher.TryReserveSlot().Should().BeTrue();
        dispatcher.ReleaseSlot();

        wakes.Should().Be(0, "the search for due sagas took it, and would search again at once, forever");
        dispatcher.Free.Should().Be(new SagaOptions().Concurrency);
    }
}

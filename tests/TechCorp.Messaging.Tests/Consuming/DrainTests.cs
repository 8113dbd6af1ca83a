using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class DrainTests
{
    [Safeguard("The consumer is canceled before deliveries are requeued", SwitchedOff = "`QueueSubscription.DrainAsync` requeues first")]
    [Safeguard("Handlers end before their channel is closed", SwitchedOff = "`QueueSubscription.DrainAsync` does not wait for them")]
    [Theory, Trait("Spec", "CN9")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_cancels_first_gives_back_what_is_unstarted_and_lets_the_running_finish(bool gathersAtRest)
    {
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var handled = new List<string?>();
        var engine = await EngineFixture.StartAsync((_, context, _) =>
        {
            handled.Add(context.MessageId);
            started.TrySetResult();
            return gate.Task;
        });
        engine.Source.GathersAtRest = gathersAtRest;
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");
        engine.Source.Deliver("m3");
        await started.Task;

        var stop = engine.Bus.StopAsync(TestContext.Current.CancellationToken);
        await engine.Log.ContainsAsync("Requeue m2", "Requeue m3");
        engine.Log.Entries.Should().NotContain("Acknowledge m1", "its handler still runs");
        gate.SetResult();
        await stop;

        handled.Should().Equal("m1");
        engine.Log.Entries.SkipWhile(entry => entry != "cancel").Should().Equal("cancel", "Requeue m2", "Requeue m3", "Acknowledge m1", "close", "disconnect");
        await engine.DisposeAsync();
    }

    [Safeguard("Acknowledgements that have gathered go out before the consumer is canceled", SwitchedOff = "`DeliveryPump.Close` does not flush")]
    [Fact, Trait("Spec", "CN9"), Trait("Spec", "FM4")]
    public async Task A_stop_sends_first_the_acknowledgements_that_have_gathered_at_rest()
    {
        var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask);
        engine.Source.GathersAtRest = true;
        engine.Source.OnCancel = () =>
        {
            engine.Source.Deliver("late");
            return Task.CompletedTask;
        };
        engine.Source.Deliver("m1");
        await Eventually.Holds(() => engine.Status is { Acknowledged: 1, Running: 0 }, "m1 is handled");
        engine.Log.Entries.Should().NotContain("Acknowledge m1", "it gathers");

        await engine.Bus.StopAsync(TestContext.Current.CancellationToken);

        engine.Log.Entries.Should().ContainInOrder("Acknowledge m1", "cancel", "Requeue late", "close");
        await engine.DisposeAsync();
    }

    [Safeguard("The consumer is canceled before deliveries are requeued")]
    [Fact, Trait("Spec", "CN9")]
    public async Task Deliveries_that_arrive_during_the_cancel_are_requeued_unstarted()
    {
        var handled = false;
        var engine = await EngineFixture.StartAsync((_, _, _) =>
        {
            handled = true;
            return Task.CompletedTask;
        });
        engine.Source.OnCancel = () =>
        {
            engine.Source.Deliver("late");
            return Task.CompletedTask;
        };

        await engine.Bus.StopAsync(TestContext.Current.CancellationToken);

        handled.Should().BeFalse();
        engine.Log.Entries.Should().ContainInOrder("cancel", "Requeue late", "close");
        await engine.DisposeAsync();
    }

    [Safeguard("The stop cancels running handlers", SwitchedOff = "`HandlerDeadline.Begin` does not listen to it", Remark = "does not end")]
    [Safeguard("Handlers end before their channel is closed", Remark = "and more")]
    [Safeguard("A handler that was stopped has not failed", SwitchedOff = "`HandlerCall` ignores the stop")]
    [Fact, Trait("Spec", "CN10")]
    public async Task After_the_stop_timeout_handlers_are_canceled_and_their_messages_are_requeued()
    {
        var started = new TaskCompletionSource();
        var engine = await EngineFixture.StartAsync(async (_, _, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        engine.Source.Deliver("m1");
        await started.Task;
        using var budget = new CancellationTokenSource();

        var stop = engine.Bus.StopAsync(budget.Token);
        await engine.Log.ContainsAsync("cancel");
        engine.Log.Entries.Should().NotContain("Requeue m1");
        await budget.CancelAsync();
        await stop;

        engine.Log.Entries.Should().ContainInOrder("cancel", "Requeue m1", "close").And.NotContain("Acknowledge m1");
        await engine.DisposeAsync();
    }

    [Fact, Trait("Spec", "CN10")]
    public async Task A_handler_that_ignores_its_token_does_not_hold_up_the_stop()
    {
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var engine = await EngineFixture.StartAsync((_, _, _) =>
        {
            started.TrySetResult();
            return gate.Task;
        });
        engine.Source.Deliver("m1");
        await started.Task;

        var stop = engine.Bus.StopAsync(new CancellationToken(canceled: true));
        while (!stop.IsCompleted)
        {
            engine.Transport.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        engine.Log.Entries.Should().Contain("close").And.NotContain("Acknowledge m1");
        gate.SetResult();
        await engine.DisposeAsync();
    }

    [Fact, Trait("Spec", "CN9")]
    public async Task Stopping_twice_and_disposing_twice_is_harmless()
    {
        var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask);

        await engine.Bus.StopAsync(TestContext.Current.CancellationToken);
        await engine.Bus.StopAsync(TestContext.Current.CancellationToken);
        await engine.DisposeAsync();
        await engine.DisposeAsync();

        engine.Log.Entries.Count(entry => entry == "close").Should().Be(1);
    }

    [Safeguard("Deliveries that were not started are requeued", SwitchedOff = "`QueueSubscription.DrainAsync` requeues nothing", Remark = "does not end")]
    [Fact, Trait("Spec", "CN19")]
    public async Task Nothing_is_handled_while_paused_and_nothing_is_lost()
    {
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync((_, _, _) =>
        {
            started.TrySetResult();
            return gate.Task;
        });
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");
        await started.Task;

        var pause = engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        await engine.Log.ContainsAsync("Requeue m2");
        gate.SetResult();
        await pause;
        await engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);

        engine.Status.State.Should().Be(ConsumerState.Paused);
        engine.Log.Entries.Should().ContainInOrder("cancel", "Requeue m2", "Acknowledge m1", "close");
        await engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        await engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        engine.Source.Deliver("m2");
        await engine.Log.ContainsAsync("Acknowledge m2");
        engine.Log.Entries.Count(entry => entry.StartsWith("consume ", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact, Trait("Spec", "CN10")]
    public async Task A_callback_on_the_handlers_token_that_throws_does_not_keep_the_stop_from_closing()
    {
        var started = new TaskCompletionSource();
        var engine = await EngineFixture.StartAsync(async (_, _, token) =>
        {
            await using var callback = token.Register(() => throw new InvalidOperationException("a callback's fault"));
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        engine.Source.Deliver("m1");
        await started.Task;

        await engine.Bus.StopAsync(new CancellationToken(canceled: true));

        engine.Log.Entries.Should().ContainInOrder("Requeue m1", "close");
        await engine.DisposeAsync();
    }

    [Safeguard("A call's time ends", SwitchedOff = "`HandlerDeadline.OnTimer` expires nothing", Remark = "this and one more do not end")]
    [Fact, Trait("Spec", "CN11")]
    public async Task A_callback_on_the_handlers_token_that_throws_does_not_escape_from_the_timeout()
    {
        var started = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync(async (_, _, token) =>
        {
            await using var callback = token.Register(() => throw new InvalidOperationException("a callback's fault"));
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        engine.Source.Deliver("m1");
        await started.Task;

        engine.Transport.Clock.Advance(new ConsumerOptions().HandlerTimeout);

        await engine.Log.ContainsAsync("publish orders.retry.1s", "Acknowledge m1");
    }

    [Safeguard("Nothing is started once the stop has begun", SwitchedOff = "`DeliveryPump.TakeNext` does not check whether it is closed")]
    [Fact, Trait("Spec", "CN9")]
    public async Task A_delivery_that_waits_when_the_stop_begins_is_not_started_even_before_the_cancel_reaches_the_broker()
    {
        var release = new TaskCompletionSource();
        var transport = new ScriptedTransport();
        var engine = await EngineFixture.StartAsync(
            (_, context, _) =>
            {
                transport.Log.Add("started " + context.MessageId);
                return release.Task;
            },
            transport: transport);
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");
        await engine.Log.ContainsAsync("started m1");
        engine.Source.OnCancel = () =>
        {
            release.SetResult();
            return engine.Log.ContainsAsync("Acknowledge m1");
        };

        await engine.DisposeAsync();

        engine.Log.Entries.Should().ContainInOrder("Acknowledge m1", "Requeue m2").And.NotContain("started m2");
    }

    [Safeguard("Each handler call has its own time", SwitchedOff = "`HandlerDeadline.OnTimer` does not set the timer again", Remark = "does not end")]
    [Fact, Trait("Spec", "CN11")]
    public async Task Each_call_has_its_whole_time_also_when_an_earlier_one_set_the_timer()
    {
        var started = new TaskCompletionSource<CancellationToken>();
        await using var engine = await EngineFixture.StartAsync(
            async (_, context, token) =>
            {
                if (context.MessageId == "m2")
                {
                    started.TrySetResult(token);
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                }
            },
            o => o.HandlerTimeout = TimeSpan.FromSeconds(30));
        engine.Source.Deliver("m1");
        await engine.Log.ContainsAsync("Acknowledge m1");
        engine.Transport.Clock.Advance(TimeSpan.FromSeconds(10));
        engine.Source.Deliver("m2");
        var token = await started.Task;

        engine.Transport.Clock.Advance(TimeSpan.FromSeconds(29));
        token.IsCancellationRequested.Should().BeFalse();
        engine.Transport.Clock.Advance(TimeSpan.FromSeconds(1));

        await engine.Log.ContainsAsync("publish orders.retry.1s", "Acknowledge m2");
    }

    [Fact, Trait("Spec", "CN9")]
    public async Task A_stop_ends_a_resume_that_waits_for_the_broker_and_one_that_comes_after_it()
    {
        var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask);
        await engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        engine.Transport.Subscribe = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        var waiting = engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, CancellationToken.None);

        await engine.Bus.StopAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        engine.Transport.Subscribe = (_, _) => Task.CompletedTask;
        var late = () => engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, CancellationToken.None);

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        await late.Should().ThrowAsync<OperationCanceledException>();
        engine.Log.Entries.Count(entry => entry.StartsWith("consume ", StringComparison.Ordinal)).Should().Be(2);
        await engine.DisposeAsync();
    }

    [Safeguard("A pause ends a resume that waits", SwitchedOff = "`QueueConsumer.EndSubscribing` cancels nothing")]
    [Safeguard("A pause ends every resume that waits behind the first", SwitchedOff = "`QueueConsumer.TryBeginSubscribing` ignores pauses")]
    [Fact]
    public async Task A_pause_ends_a_resume_that_waits_for_the_broker_and_the_next_one_consumes()
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask);
        await engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        engine.Transport.Subscribe = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        var first = engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        var second = engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);

        await Eventually.Ends(engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, CancellationToken.None), "the pause");
        await Eventually.Ends(Task.WhenAll(first, second), "the resumes before it");
        engine.Bus.Consumers.Status().Single().State.Should().Be(ConsumerState.Paused);

        engine.Transport.Subscribe = (_, _) => Task.CompletedTask;
        await engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        engine.Bus.Consumers.Status().Single().State.Should().Be(ConsumerState.Idle);
    }

    [Safeguard("A resume that is canceled leaves the queue paused, and ends with its caller's token",
        SwitchedOff = "the pause is not put back; the linked token is thrown")]
    [Fact]
    public async Task A_resume_that_is_cancelled_says_so_with_its_callers_token_and_leaves_the_queue_paused()
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask);
        await engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        engine.Transport.Subscribe = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        using var caller = new CancellationTokenSource();
        var waiting = engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, caller.Token);

        await caller.CancelAsync();

        (await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);
        engine.Bus.Consumers.Status().Single().State.Should().Be(ConsumerState.Paused);
    }

    [Safeguard("A handler that was stopped has not failed")]
    [Fact, Trait("Spec", "CN10")]
    public async Task A_pause_under_way_ends_with_the_budget_of_the_stop()
    {
        var started = new TaskCompletionSource();
        var engine = await EngineFixture.StartAsync(async (_, _, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        engine.Source.Deliver("m1");
        await started.Task;
        var pause = engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, CancellationToken.None);

        await engine.Bus.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        await pause;
        engine.Log.Entries.Should().ContainInOrder("cancel", "Requeue m1", "close");
        await engine.DisposeAsync();
    }
}

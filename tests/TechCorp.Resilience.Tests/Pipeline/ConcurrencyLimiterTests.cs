namespace TechCorp.Resilience.Tests;

/// <summary>The limiter itself, under threads that take, wait, give up and return at once.</summary>
public sealed class ConcurrencyLimiterTests
{
    [Fact, Trait("Spec", "FR12")]
    public void A_permit_that_is_handed_over_before_its_receiver_queued_is_kept_for_it()
    {
        var limiter = Make(permits: 1, queue: 1);
        limiter.TryTake().Should().BeTrue();
        limiter.TryTake().Should().BeFalse();

        limiter.Return();

        limiter.Wait(blocks: false, out var waiter).Should().BeTrue();
        (waiter is null).Should().BeTrue("the permit was there already");
        limiter.TryTake().Should().BeFalse("it is in use");
        limiter.Wait(blocks: false, out waiter).Should().BeTrue();
        limiter.Return();
        waiter!.Task.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact, Trait("Spec", "FR12")]
    public void A_waiter_that_gives_up_after_it_was_served_returns_its_permit()
    {
        var limiter = Make(permits: 1, queue: 1);
        limiter.TryTake();
        limiter.TryTake();
        limiter.Wait(blocks: false, out var waiter);
        limiter.Return();

        limiter.GiveUp(waiter!);

        (limiter.InUse, limiter.Queued).Should().Be((0, 0));
        limiter.TryTake().Should().BeTrue();
    }

    [Theory, Trait("Spec", "FR12")]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(3, 100)]
    public async Task However_calls_come_and_go_no_more_run_than_may_and_no_permit_is_lost(int permits, int queue)
    {
        var limiter = Make(permits, queue);
        var (running, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() => CallAsync(new Random(seed)))));

        most.Should().BeLessThanOrEqualTo(permits);
        (limiter.InUse, limiter.Queued).Should().Be((0, 0));
        Enumerable.Range(0, permits).Should().OnlyContain(_ => limiter.TryTake());
        limiter.TryTake().Should().BeFalse();

        async Task CallAsync(Random random)
        {
            for (var i = 0; i < 5_000; i++)
            {
                if (!await TakeAsync(limiter, random))
                {
                    continue;
                }

                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (random.Next(4) == 0)
                {
                    await Task.Yield();
                }

                Interlocked.Decrement(ref running);
                limiter.Return();
            }
        }
    }

    [Fact, Trait("Spec", "FR11")]
    public async Task While_the_limit_changes_no_permit_is_lost_or_made()
    {
        var limiter = Make(permits: 2, queue: 100);
        var workers = Enumerable.Range(0, 6).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 5_000; i++)
            {
                if (await TakeAsync(limiter, random))
                {
                    await Task.Yield();
                    limiter.Return();
                }
            }
        })).ToArray();
        for (var i = 0; !Task.WhenAll(workers).IsCompleted; i++)
        {
            limiter.Apply(new() { PermitLimit = 1 + (i % 4), QueueLimit = i % 3 * 50 });
            await Task.Yield();
        }

        await Task.WhenAll(workers);
        limiter.Apply(new() { PermitLimit = 3, QueueLimit = 0 });

        (limiter.InUse, limiter.Queued).Should().Be((0, 0));
        Enumerable.Range(0, 3).Should().OnlyContain(_ => limiter.TryTake());
        limiter.TryTake().Should().BeFalse();
        limiter.Wait(blocks: false, out _).Should().BeFalse("nothing is kept for anybody");
    }

    [Fact, Trait("Spec", "FR11")]
    public void A_raised_limit_admits_who_waits_and_a_lowered_one_admits_nobody_until_the_rest_is_within_it()
    {
        var limiter = Make(permits: 1, queue: 5);
        limiter.TryTake();
        var waiters = Enumerable.Range(0, 4).Select(_ =>
        {
            limiter.TryTake();
            limiter.Wait(blocks: false, out var waiter);
            return waiter!;
        }).ToArray();

        limiter.Apply(new() { PermitLimit = 3, QueueLimit = 5 });
        waiters.Select(waiter => waiter.Task.IsCompleted).Should().Equal(true, true, false, false);

        limiter.Apply(new() { PermitLimit = 1, QueueLimit = 5 });
        limiter.Return();
        limiter.Return();
        waiters.Select(waiter => waiter.Task.IsCompleted).Should().Equal(true, true, false, false);
        limiter.Return();
        waiters.Select(waiter => waiter.Task.IsCompleted).Should().Equal(true, true, true, false);
    }

    private static ConcurrencyLimiter Make(int permits, int queue) => new("stock", new() { PermitLimit = permits, QueueLimit = queue });

    private static async Task<bool> TakeAsync(ConcurrencyLimiter limiter, Random random)
    {
        if (limiter.TryTake())
        {
            return true;
        }

        if (!limiter.Wait(blocks: false, out var waiter))
        {
            return false;
        }

        if (waiter is null)
        {
            return true;
        }

        if (random.Next(3) == 0)
        {
            limiter.GiveUp(waiter);
            return false;
        }

        await waiter.Task;
        return true;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        var seen = Volatile.Read(ref most);
        while (value > seen && Interlocked.CompareExchange(ref most, value, seen) is var before && before != seen)
        {
            seen = before;
        }
    }
}

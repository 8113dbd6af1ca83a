namespace TechCorp.Resilience.Tests;

public sealed class IdempotencyFailureTests
{
    private readonly IdempotencyScene _scene = new();

    [Fact, Trait("Spec", "ID8")]
    public async Task A_released_failure_lets_the_next_call_run()
    {
        await Fails<TimeoutException>(Throwing(new TimeoutException(), IdempotencyFailurePolicy.Release));

        (await _scene.CallAsync()).Value.Id.Should().Be("run 2");
        _scene.Memory.Count.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID9")]
    public async Task A_stored_failure_is_replayed_as_a_typed_failure()
    {
        await Fails<FormatException>(Throwing(new FormatException("card declined"), IdempotencyFailurePolicy.Store));

        var replayed = await FailsWith(IdempotencyFailureReason.StoredFailure);

        replayed.FailureType.Should().Be("FormatException");
        replayed.FailureMessage.Should().Be("card declined");
        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID9")]
    public async Task A_long_message_is_cut_on_a_character_boundary()
    {
        await Fails<FormatException>(Throwing(new FormatException(new string('x', 1023) + "😀 and more"), IdempotencyFailurePolicy.Store));

        (await FailsWith(IdempotencyFailureReason.StoredFailure)).FailureMessage.Should().Be(new string('x', 1023));
    }

    [Fact, Trait("Spec", "ID9")]
    public async Task A_message_is_cut_to_1024_characters()
    {
        await Fails<FormatException>(Throwing(new FormatException(new string('x', 1025)), IdempotencyFailurePolicy.Store));

        (await FailsWith(IdempotencyFailureReason.StoredFailure)).FailureMessage.Should().Be(new string('x', 1024));
    }

    [Fact, Trait("Spec", "FH3")]
    public async Task A_secret_in_a_message_is_not_stored()
    {
        await Fails<FormatException>(Throwing(new FormatException("no login with password=hunter2 \0"), IdempotencyFailurePolicy.Store));

        (await FailsWith(IdempotencyFailureReason.StoredFailure)).FailureMessage.Should().Be("no login with password=*** \uFFFD");
    }

    [Theory, Trait("Spec", "ID9")]
    [InlineData("no JSON", "techcorp.failure", "The stored failure cannot be read.")]
    [InlineData("{}", "", "")]
    [InlineData("17", "", "")]
    public void A_stored_failure_that_is_none_of_ours_is_a_failure_still(string payload, string type, string message)
    {
        var stored = StoredFailure.ToException(IdempotencyScene.Key,
            new StoredOutcome(Failed: true, StoredFailure.TypeTag, System.Text.Encoding.UTF8.GetBytes(payload)));

        (stored.FailureType, stored.FailureMessage).Should().Be((type, message));
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task A_failure_in_doubt_stops_every_call_until_it_is_resolved_with_a_result()
    {
        var operation = Throwing(new TimeoutException(), IdempotencyFailurePolicy.InDoubt);
        await Fails<TimeoutException>(operation);
        await FailsWith(IdempotencyFailureReason.InDoubt);

        (await _scene.Process.ResolveAsync(operation, IdempotencyScene.Key, new Receipt("found at the gateway", 5))).Should().BeTrue();

        (await _scene.CallAsync()).Should().Be(new IdempotentResult<Receipt>(new Receipt("found at the gateway", 5), Replayed: true));
        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task A_failure_in_doubt_can_be_resolved_as_never_happened()
    {
        await Fails<TimeoutException>(Throwing(new TimeoutException(), IdempotencyFailurePolicy.InDoubt));

        (await _scene.Process.ForgetAsync(IdempotencyScene.Key)).Should().BeTrue();

        (await _scene.CallAsync()).Replayed.Should().BeFalse();
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task Each_exception_can_have_its_own_policy()
    {
        var operation = new IdempotentOperation<int, Receipt>(
            static (_, _, _) => throw new TimeoutException(), "receipt", ShopJson.Default.Receipt)
        {
            OnException = static exception => exception is TimeoutException ? IdempotencyFailurePolicy.InDoubt : IdempotencyFailurePolicy.Release,
        };

        await Fails<TimeoutException>(operation);

        await FailsWith(IdempotencyFailureReason.InDoubt);
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task A_policy_that_does_not_exist_is_refused_and_as_an_answer_for_an_exception_leaves_the_key_in_doubt()
    {
        FluentActions.Invoking(() => _scene.Operation(onFailure: default)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("OnFailure").WithMessage("OnFailure must be an IdempotencyFailurePolicy.*");
        var operation = new IdempotentOperation<int, Receipt>(static (_, _, _) => throw new TimeoutException(), "receipt", ShopJson.Default.Receipt)
        {
            OnException = static _ => default,
        };

        await Fails<TimeoutException>(operation);

        (await StatusNow()).Should().Be(IdempotencyClaimStatus.InDoubt);
    }

    [Fact, Trait("Spec", "ID11")]
    public async Task A_caller_that_cancels_after_the_operation_finished_does_not_lose_its_result()
    {
        using var caller = new CancellationTokenSource();
        var operation = _scene.Operation((_, _) =>
        {
            caller.Cancel();
            return new ValueTask<Receipt>(new Receipt("charged", 5));
        });

        (await _scene.CallAsync(operation, cancellationToken: caller.Token)).Value.Id.Should().Be("charged");

        (await _scene.CallAsync()).Replayed.Should().BeTrue();
    }

    [Theory, Trait("Spec", "ID12")]
    [InlineData(IdempotencyFailurePolicy.Release, IdempotencyClaimStatus.Acquired)]
    [InlineData(IdempotencyFailurePolicy.Store, IdempotencyClaimStatus.Acquired)]
    [InlineData(IdempotencyFailurePolicy.InDoubt, IdempotencyClaimStatus.InDoubt)]
    public async Task A_canceled_operation_is_released_unless_its_effect_cannot_be_undone(IdempotencyFailurePolicy policy, IdempotencyClaimStatus next)
    {
        using var caller = new CancellationTokenSource();
        var call = _scene.CallAsync(
            _scene.Operation(static (_, token) => Hang.UntilCanceled<Receipt>(token), policy), cancellationToken: caller.Token);

        await caller.CancelAsync();

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>();
        (await StatusNow()).Should().Be(next);
    }

    [Fact, Trait("Spec", "ID18")]
    public async Task A_store_that_answers_again_in_time_gets_the_completion()
    {
        _scene.Store.BeforeCompletion = () => _scene.Store.FailCompletionsWith = _scene.Store.Completions == 1 ? new IOException("database is away") : null;

        (await _scene.Clock.RunAsync(_scene.CallAsync().AsTask())).Replayed.Should().BeFalse();

        _scene.Store.Completions.Should().Be(2);
        (await _scene.CallAsync()).Replayed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "ID18")]
    public async Task A_store_that_stays_away_leaves_the_completion_unknown_and_the_key_held_until_its_lease_ends()
    {
        _scene.Store.FailCompletionsWith = new IOException("database is away");

        Func<Task> call = () => _scene.Clock.RunAsync(_scene.CallAsync().AsTask());

        (await call.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.CompletionUnknown)).WithInnerException<IOException>();
        _scene.Store.Completions.Should().Be(5);
        (await StatusNow()).Should().Be(IdempotencyClaimStatus.InProgress);
        _scene.Clock.Advance(TimeSpan.FromSeconds(30));
        (await StatusNow()).Should().Be(IdempotencyClaimStatus.Acquired);
    }

    [Fact, Trait("Spec", "ID22")]
    public async Task A_result_that_cannot_be_serialized_leaves_the_key_in_doubt_because_the_effect_has_happened()
    {
        var operation = new IdempotentOperation<int, Receipt>(static (_, _, _) => new(new Receipt("charged", 5)), new BrokenSerializer());

        await Fails<NotSupportedException>(operation);

        (await StatusNow()).Should().Be(IdempotencyClaimStatus.InDoubt);
    }

    private async Task<IdempotencyClaimStatus> StatusNow() => (await _scene.Memory.TryBeginAsync(new(
        IdempotencyScene.Key, IdempotencyScene.Request, Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1)))).Status;

    private IdempotentOperation<int, Receipt> Throwing(Exception exception, IdempotencyFailurePolicy policy)
        => _scene.Operation((_, _) => throw exception, policy);

    private async Task<TException> Fails<TException>(IdempotentOperation<int, Receipt>? operation = null)
        where TException : Exception => (await _scene.Awaiting(s => s.CallAsync(operation).AsTask()).Should().ThrowAsync<TException>()).Which;

    private async Task<IdempotencyException> FailsWith(IdempotencyFailureReason reason)
        => (await _scene.Awaiting(s => s.CallAsync().AsTask()).Should().ThrowIdempotencyExceptionAsync(reason)).Which;

    private sealed class BrokenSerializer : IResultSerializer<Receipt>
    {
        public string TypeTag => "broken";

        public ReadOnlyMemory<byte> Serialize(Receipt result) => throw new NotSupportedException();

        public Receipt Deserialize(ReadOnlyMemory<byte> payload) => throw new NotSupportedException();
    }
}

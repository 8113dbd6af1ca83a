namespace TechCorp.Resilience.Tests;

public sealed class IdempotencyReplayTests
{
    private readonly IdempotencyScene _scene = new();

    [Fact, Trait("Spec", "ID1")]
    public async Task The_first_call_runs_the_operation_once_and_stores_its_result()
    {
        var result = await _scene.CallAsync();

        result.Should().Be(new IdempotentResult<Receipt>(new Receipt("run 1", 5), Replayed: false));
        _scene.Runs.Should().Be(1);
        _scene.Store.Claims.Should().Be(1);
        _scene.Store.Completions.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID2")]
    public async Task The_second_call_gets_an_equal_result_without_running_it()
    {
        await _scene.CallAsync();

        var result = await _scene.CallAsync();

        result.Should().Be(new IdempotentResult<Receipt>(new Receipt("run 1", 5), Replayed: true));
        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID5")]
    public async Task Another_request_under_the_key_is_refused_and_sees_nothing()
    {
        await _scene.CallAsync();

        Func<Task> call = async () => await _scene.CallAsync(fingerprint: Fingerprint.Of("order 18"));

        (await call.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Mismatch)).Which.Message.Should().NotContain("run 1");
        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID6")]
    public async Task Another_request_is_refused_at_once_while_the_first_one_runs()
    {
        var gate = new TaskCompletionSource<Receipt>();
        var first = _scene.CallAsync(_scene.Operation((_, _) => new(gate.Task)));

        Func<Task> call = async () => await _scene.CallAsync(fingerprint: Fingerprint.Of("order 18"));

        await call.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Mismatch);
        gate.SetResult(new Receipt("first", 5));
        (await first).Value.Id.Should().Be("first");
    }

    [Fact, Trait("Spec", "ID7")]
    public async Task The_same_value_of_another_tenant_is_independent()
    {
        await _scene.CallAsync();

        (await _scene.CallAsync(key: new IdempotencyKey("globex/payments", "charge-17"))).Replayed.Should().BeFalse();
    }

    [Safeguard("A stored result is stored in full", SwitchedOff = "`JsonResultSerializer` does not look at the runtime type: the replay has no signature")]
    [Fact, Trait("Spec", "FM8")]
    public async Task A_result_of_a_derived_type_that_would_be_stored_in_part_is_refused_and_its_effect_does_not_happen_again()
    {
        var operation = _scene.Operation((_, _) => new ValueTask<Receipt>(new SignedReceipt("r1", 5, "ana")));

        Func<Task> first = async () => await _scene.CallAsync(operation);
        Func<Task> second = async () => await _scene.CallAsync(operation);

        (await first.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{typeof(SignedReceipt)}*{typeof(Receipt)}*");
        await second.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.InDoubt);
    }

    [Fact, Trait("Spec", "ID21")]
    public async Task Null_structs_and_nothing_round_trip()
    {
        var nothingFound = _scene.Operation((_, _) => new ValueTask<Receipt>((Receipt)null!));
        var number = new IdempotentOperation<int, int?>(static (n, _, _) => new(n == 0 ? null : n), "count", ShopJson.Default.NullableInt32);
        var sent = 0;
        for (var i = 0; i < 2; i++)
        {
            var replayed = i == 1;
            (await _scene.CallAsync(nothingFound)).Should().Be(new IdempotentResult<Receipt>(null!, replayed));
            (await Execute(number, "null", 0)).Should().Be(new IdempotentResult<int?>(null, replayed));
            (await Execute(number, "seven", 7)).Should().Be(new IdempotentResult<int?>(7, replayed));
            (await _scene.Process.ExecuteAsync(Send, new IdempotencyKey("types", "send"), Fingerprint.None, 0)).Should().Be(replayed);
        }

        sent.Should().Be(1);

        ValueTask Send(int state, IdempotencyLease lease, CancellationToken cancellationToken)
        {
            sent++;
            return default;
        }

        ValueTask<IdempotentResult<T>> Execute<T>(IdempotentOperation<int, T> operation, string key, int state)
            => _scene.Process.ExecuteAsync(operation, new IdempotencyKey("types", key), Fingerprint.None, state);
    }

    [Fact, Trait("Spec", "ID22")]
    public async Task A_result_of_another_version_is_a_typed_error_and_the_operation_does_not_run_again()
    {
        await _scene.CallAsync();
        var next = new IdempotentOperation<int, Receipt>((_, _, _) => throw new InvalidOperationException("ran"), "receipt.v2", ShopJson.Default.Receipt);

        var thrown =
            (await _scene.Awaiting(s => s.CallAsync(next).AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.UnreadableResult)).Which;

        thrown.Message.Should().Contain("'receipt'").And.Contain("'receipt.v2'");
    }

    [Fact, Trait("Spec", "ID22")]
    public async Task Bytes_that_cannot_be_read_any_more_are_the_same_typed_error()
    {
        await _scene.CallAsync();
        var other = new IdempotentOperation<int, int>((_, _, _) => throw new InvalidOperationException("ran"), "receipt", ShopJson.Default.Int32);

        await _scene.Process.Awaiting(p => p.ExecuteAsync(other, IdempotencyScene.Key, IdempotencyScene.Request, 0).AsTask())
            .Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.UnreadableResult);
    }

    [Theory, Trait("Spec", "ID23")]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\u007f")]
    public void A_key_that_is_empty_or_holds_control_characters_is_refused_before_any_store_is_asked(string value)
    {
        FluentActions.Invoking(() => new IdempotencyKey("scope", value)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new IdempotencyKey(value, "value")).Should().Throw<ArgumentException>();
    }

    [Fact, Trait("Spec", "ID23")]
    public void Half_a_surrogate_pair_is_refused_because_two_keys_would_become_one_in_a_database()
    {
        var pair = char.ConvertFromUtf32(0x1F600);

        new IdempotencyKey("s", pair).Value.Should().Be(pair);
        FluentActions.Invoking(() => new IdempotencyKey("s", pair[..1])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new IdempotencyKey("s", pair[1..] + pair)).Should().Throw<ArgumentException>();
    }

    [Fact, Trait("Spec", "ID23")]
    public void A_key_of_255_characters_is_the_longest()
    {
        new IdempotencyKey("s", new string('k', 255)).Value.Should().HaveLength(255);
        FluentActions.Invoking(() => new IdempotencyKey("s", new string('k', 256))).Should().Throw<ArgumentException>();
    }

    [Fact, Trait("Spec", "ID23")]
    public void The_default_key_is_refused_before_any_store_is_asked()
    {
        _scene.Invoking(s => s.CallAsync(key: default(IdempotencyKey)).AsTask().IsCompleted).Should().Throw<ArgumentException>();
        _scene.Store.Claims.Should().Be(0);
    }
}

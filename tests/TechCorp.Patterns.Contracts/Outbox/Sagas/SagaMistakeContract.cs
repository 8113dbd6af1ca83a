using System.Data.Common;
using Dapper;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>Errors in a saga's code or rows are reported where an operator sees them.</summary>
public abstract class SagaMistakeContract<TDatabase> : SagaContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private string Business => Db.Database.Table("business");

    [Safeguard("A local step's failed transaction is no success", SwitchedOff = "`SagaRunner.UnknownIfAbortedAsync` takes every report (PostgreSQL)")]
    [Fact]
    public async Task A_local_step_that_swallows_an_error_of_the_database_succeeds_only_with_its_writes()
    {
        await Db.ExecuteAsync($"create table {Business} (id integer)");
        var process = Probe(s => s.LocalStep("write", async (step, _) =>
        {
            await step.Connection.ExecuteAsync($"insert into {Business} values (1)", transaction: step.Transaction);
            try
            {
                await step.Connection.ExecuteAsync("insert into nowhere values (1)", transaction: step.Transaction);
            }
            catch (DbException)
            {
                // The mistake.
            }

            return StepOutcome.Success();
        }));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);

        var saga = await DriveAsync<ProbeState>(process, "p-1", until: null);

        saga.IsFinal.Should().BeTrue();
        (await Db.ScalarAsync<long>($"select count(*) from {Business}")).Should().Be(saga.Status == SagaStatus.Completed ? 1 : 0);
        (saga.Status == SagaStatus.Completed).Should().Be(saga.Steps[0].LastError is null, "the error is reported");
    }

    [Safeguard("Limits are checked where an event is published", SwitchedOff = "`OutboxRowFactory.Check` checks nothing")]
    [Theory, Trait("Spec", "OW8")]
    [InlineData("step")]
    [InlineData("local")]
    [InlineData("end")]
    public async Task An_event_that_is_too_large_is_refused_where_it_is_published(string where)
    {
        ArgumentException? refusal = null;
        void Refuse(Action publish) => refusal = publish.Should().Throw<ArgumentException>().Which;
        var large = new OrderEnded(new string('x', 1024 * 1024), "large", null);
        await using var outbox = TransactionalOutbox.Create(Db.Database, Outbox.Catalog, timeProvider: Db.Time);
        var process = Process(outbox, Registration(s => _ = where switch
        {
            "step" => s.Step("a", (step, _) =>
            {
                Refuse(() => step.Publish(large));
                return Task.FromResult(StepOutcome.Success());
            }),
            "local" => s.LocalStep("a", (step, _) =>
            {
                Refuse(() => step.Publish(large));
                return Task.FromResult(StepOutcome.Success());
            }),
            _ => s.Step("a", (_, _) => Task.FromResult(StepOutcome.Success())).OnCompleted(end => Refuse(() => end.Publish(large))),
        }));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);

        var saga = await DriveAsync<ProbeState>(process, "p-1", until: null);

        refusal!.Message.Should().Contain(nameof(OutboxOptions.MaxPayloadBytes));
        saga.Status.Should().Be(SagaStatus.Completed, "what was refused is not written");
        saga.Steps[0].Attempt.Should().Be(1);
    }

    [Safeguard("A saga's state is kept in full",
        SwitchedOff = "`SagaSession.Write` does not look at the runtime type: the saga completes without what was added")]
    [Fact, Trait("Spec", "FM8")]
    public async Task A_state_of_a_derived_type_is_refused_and_never_kept_in_part()
    {
        var process = Probe(s => s.Step("a", (step, _) =>
        {
            step.State = new LongerProbeState("a", "lost");
            return Task.FromResult(StepOutcome.Success());
        }));
        var start = () => process.StartAsync("p-0", new LongerProbeState("", "lost"), Cancel);
        var startAsBase = () => process.StartAsync<ProbeState>("p-0", new LongerProbeState("", "lost"), Cancel);

        await start.Should().ThrowAsync<InvalidOperationException>("no saga has that state");
        (await startAsBase.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{typeof(LongerProbeState)}*{typeof(ProbeState)}*");
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        var saga = await DriveAsync<ProbeState>(process, "p-1", until: snapshot => snapshot.Steps[0].LastError is not null);

        saga.Status.Should().NotBe(SagaStatus.Completed);
        saga.Steps[0].LastError.Should().Contain(typeof(LongerProbeState).FullName).And.Contain(typeof(ProbeState).FullName);
    }

    [Fact, Trait("Spec", "FM8")]
    public void An_output_of_a_derived_type_is_refused()
    {
        ProbeState output = new LongerProbeState("a", "lost");

        FluentActions.Invoking(() => StepOutcome.Success(output, SagaJson.Default.ProbeState)).Should().Throw<ArgumentException>()
            .WithMessage($"*{typeof(LongerProbeState)}*{typeof(ProbeState)}*");
    }

    [Safeguard("No `QueryOutcome` on a local step", SwitchedOff = "`SagaDefinitionCheck` lets it pass")]
    [Fact]
    public void A_local_step_has_no_other_way_to_ask_for_its_outcome()
    {
        var build = () => Probe(s => s
            .LocalStep("write", (_, _) => Task.FromResult(StepOutcome.Success()))
            .QueryOutcome((_, _) => Task.FromResult(StepOutcome.Success())));

        build.Should().Throw<InvalidOperationException>().WithMessage("*ProbeSaga*'write'*QueryOutcome*");
    }

    [Safeguard("Marks of the barrier outlive the deadline of every saga", SwitchedOff = "`SagaDefinitionCheck` does not compare them")]
    [Fact]
    public void Marks_of_the_barrier_outlive_the_deadline_of_every_saga_and_the_time_it_is_kept()
    {
        var longest = Options.KeepBarrierMarks - Options.KeepEnded;
        var build = (TimeSpan deadline) => Probe(s => s.Step("a", (_, _) => Task.FromResult(StepOutcome.Success())).Deadline(deadline));

        build.Invoking(b => b(longest)).Should().NotThrow();
        build.Invoking(b => b(longest + TimeSpan.FromTicks(1))).Should().Throw<InvalidOperationException>()
            .WithMessage("*ProbeSaga*KeepEnded*KeepBarrierMarks*");
    }

    [Safeguard("A step that cannot be read hides no saga", SwitchedOff = "`SagaStepRow.Unreadable` answers null")]
    [Fact]
    public async Task A_step_that_cannot_be_read_is_reported_and_hides_no_other_saga()
    {
        var process = await TwoThatWaitAsync();
        await Db.ExecuteAsync($"update {Db.Database.Table("saga_step")} set state = 'Sideways' where saga_id = (select id from {Db.Database.Table("saga")} "
            + "where business_key = 'p-1')");

        var listed = await process.ListAsync(SagaStatus.Running, cancellationToken: Cancel);
        var found = await process.FindAsync<ProbeState>("p-1", Cancel);

        listed.Select(s => (s.BusinessKey, s.Status)).Should().BeEquivalentTo([("p-1", SagaStatus.Suspended), ("p-2", SagaStatus.Running)]);
        found!.Status.Should().Be(SagaStatus.Suspended, "nobody runs it");
        found.Reason.Should().ContainAll("'a'", "'Sideways'");
        found.Steps.Should().BeEmpty("nothing is made up");
    }

    [Safeguard("A status that cannot be read counts as suspended", SwitchedOff = "the status is taken for a known one by `FindByStatus`")]
    [Fact]
    public async Task A_saga_whose_status_cannot_be_read_is_listed_among_the_suspended()
    {
        var process = await TwoThatWaitAsync();
        await Db.ExecuteAsync($"update {Db.Database.Table("saga")} set status = 'Sideways' where business_key = 'p-1'");

        var suspended = await process.ListAsync(SagaStatus.Suspended, cancellationToken: Cancel);

        suspended.Should().ContainSingle().Which.Should().BeEquivalentTo(new { BusinessKey = "p-1", Status = SagaStatus.Suspended });
        suspended[0].Reason.Should().Contain("'Sideways'");
        (await process.FindAsync<ProbeState>("p-1", Cancel))!.Status.Should().Be(SagaStatus.Suspended);
        (await process.ListAsync(SagaStatus.Running, cancellationToken: Cancel)).Should().ContainSingle();
    }

    private async Task<SagaOrchestrator> TwoThatWaitAsync()
    {
        var process = Probe(s => s.Step("a", (_, _) => Task.FromResult(StepOutcome.Pending(TimeSpan.FromHours(1)))));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await process.StartAsync("p-2", new ProbeState(""), Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        return process;
    }

    private SagaOrchestrator Probe(Action<SagaSteps<ProbeState>> define) => Process(Registration(define));

    private static SagaRegistration<ProbeState> Registration(Action<SagaSteps<ProbeState>> define)
        => new(_ => new ProbeSaga(define), SagaJson.Default.ProbeState);
}

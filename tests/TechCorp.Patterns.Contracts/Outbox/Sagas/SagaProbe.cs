using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>A saga whose definition a test writes.</summary>
internal sealed class ProbeSaga(Action<SagaSteps<ProbeState>> define, int version = 1) : Saga<ProbeState>
{
    public override string Name => "probe";

    public override int Version => version;

    protected override void Define(SagaSteps<ProbeState> steps) => define(steps);
}

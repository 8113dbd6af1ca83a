using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>A saga that was registered, with its state.</summary>
internal sealed class SagaRegistration<TState>(Func<IServiceProvider, Saga<TState>> factory, JsonTypeInfo<TState> json) : SagaRegistration
    where TState : class
{
    internal override SagaDefinition Build(IServiceScopeFactory scopes, SagaOptions options)
    {
        using var scope = scopes.CreateScope();
        var saga = factory(scope.ServiceProvider);
        var steps = saga.Steps();
        var problems = SagaDefinitionCheck.Problems(saga.Name, saga.Version, steps).Concat(SagaDefinitionCheck.Problems(steps.DeadlineAfter, options)).ToList();
        if (problems.Count > 0)
        {
            throw new InvalidOperationException($"Saga {saga.GetType().Name} cannot be run: {string.Join(" ", problems)}");
        }

        return new SagaDefinition<TState>(factory, json)
        {
            Name = saga.Name,
            Version = saga.Version,
            DeadlineAfter = steps.DeadlineAfter,
            Timeouts = [.. steps.Definitions.Select(s => s.Timeout ?? options.StepTimeout)],
            EndTimeout = options.StepTimeout,
            Rules = new SagaRules(
                [.. steps.Definitions.Select(s => RulesOf(s, options))],
                options.MaxCompensationAttempts,
                new Backoff(options.RetryBaseDelay, options.MaxCompensationDelay),
                options.StuckCompensationBehavior,
                options.AlarmAfterAttempts),
        };
    }

    private static StepRules RulesOf(StepDefinition<TState> step, SagaOptions options)
    {
        var retry = step.Retry ?? StepRetry.Default;
        return new StepRules(step.Name, step.Kind, step.Compensate is not null, step.Query is not null, retry.MaxAttempts,
            new Backoff(retry.BaseDelay ?? options.RetryBaseDelay, retry.MaxDelay));
    }
}

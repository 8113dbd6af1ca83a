namespace TechCorp.Outbox;

/// <summary>What can be wrong with a definition, all at once.</summary>
internal static class SagaDefinitionCheck
{
    /// <summary>A saga may act until its deadline, and a late report may have it undone while it is kept: the barrier's marks of
    /// its first step must still be there.</summary>
    internal static IEnumerable<string> Problems(TimeSpan? deadline, SagaOptions options)
    {
        if (deadline is { } after && after > options.KeepBarrierMarks - options.KeepEnded)
        {
            yield return $"Its deadline ({after}) and {nameof(SagaOptions.KeepEnded)} ({options.KeepEnded}) together are longer than "
                + $"{nameof(SagaOptions.KeepBarrierMarks)} ({options.KeepBarrierMarks}): marks would be gone that its compensations need.";
        }
    }

    internal static IEnumerable<string> Problems<TState>(string name, int version, SagaSteps<TState> steps)
        where TState : class
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 255)
        {
            yield return "Its name must have 1 to 255 characters.";
        }

        if (version < 1)
        {
            yield return $"Its version must be at least 1; it is {version}.";
        }

        if (steps.Definitions.Count == 0)
        {
            yield return "It has no steps.";
        }

        foreach (var twice in steps.Definitions.GroupBy(s => s.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return $"Two steps are called '{twice.Key}'; their idempotency keys would be the same.";
        }

        var isAfterPointOfNoReturn = false;
        foreach (var step in steps.Definitions)
        {
            foreach (var problem in Problems(step, isAfterPointOfNoReturn))
            {
                yield return problem;
            }

            isAfterPointOfNoReturn |= step.Kind is SagaStepKind.Pivot or SagaStepKind.Retriable;
        }
    }

    private static IEnumerable<string> Problems<TState>(StepDefinition<TState> step, bool isAfterPointOfNoReturn)
        where TState : class
    {
        if (isAfterPointOfNoReturn && step.Kind is SagaStepKind.Compensatable or SagaStepKind.Pivot)
        {
            yield return $"Step '{step.Name}' comes after the point of no return: it can only be retriable or local.";
        }

        if (step.Kind == SagaStepKind.Local && step.Query is not null)
        {
            yield return $"Step '{step.Name}' is local: its outcome commits with its writes and is never unknown afterwards. Remove "
                + $"{nameof(SagaSteps<>.QueryOutcome)}.";
        }

        if (step.Timeout <= TimeSpan.Zero)
        {
            yield return $"The timeout of step '{step.Name}' must be positive; it is {step.Timeout}.";
        }

        foreach (var problem in step.Retry?.Problems() ?? [])
        {
            yield return $"The retry of step '{step.Name}': {problem}";
        }
    }
}

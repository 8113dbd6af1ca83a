namespace TechCorp.Outbox;

/// <summary>Lets configuration win over code: which keys there are, and which option each sets.</summary>
internal static class OptionsFromConfiguration
{
    internal static void Read(SectionReader section, RelayOptions options)
    {
        section.Int32(nameof(options.BatchSize), value => options.BatchSize = value);
        section.Duration(nameof(options.KeepSent), value => options.KeepSent = value);
        section.Duration(nameof(options.UnroutableGrace), value => options.UnroutableGrace = value);
        section.Duration(nameof(options.RetryDelay), value => options.RetryDelay = value);
        section.Duration(nameof(options.MaxRetryDelay), value => options.MaxRetryDelay = value);
        section.Int32(nameof(options.MaxAttempts), value => options.MaxAttempts = value);
        section.Duration(nameof(options.MinPollInterval), value => options.MinPollInterval = value);
        section.Duration(nameof(options.MaxPollInterval), value => options.MaxPollInterval = value);
        section.Duration(nameof(options.SweepInterval), value => options.SweepInterval = value);
        section.Duration(nameof(options.LeaseDuration), value => options.LeaseDuration = value);
    }

    internal static void Read(SectionReader section, InboxOptions options)
    {
        section.Duration(nameof(options.Retention), value => options.Retention = value);
        section.Duration(nameof(options.SweepInterval), value => options.SweepInterval = value);
        section.Int32(nameof(options.SweepBatchSize), value => options.SweepBatchSize = value);
    }

    internal static void Read(SectionReader section, SagaOptions options)
    {
        section.Int32(nameof(options.Concurrency), value => options.Concurrency = value);
        section.Duration(nameof(options.LeaseDuration), value => options.LeaseDuration = value);
        section.Duration(nameof(options.PollInterval), value => options.PollInterval = value);
        section.Duration(nameof(options.StepTimeout), value => options.StepTimeout = value);
        section.Duration(nameof(options.RetryBaseDelay), value => options.RetryBaseDelay = value);
        section.Int32(nameof(options.MaxCompensationAttempts), value => options.MaxCompensationAttempts = value);
        section.Duration(nameof(options.MaxCompensationDelay), value => options.MaxCompensationDelay = value);
        section.Int32(nameof(options.AlarmAfterAttempts), value => options.AlarmAfterAttempts = value);
        section.Choice<StuckCompensationBehavior>(nameof(options.StuckCompensationBehavior), value => options.StuckCompensationBehavior = value);
        section.Duration(nameof(options.SuspendAfter), value => options.SuspendAfter = value);
        section.Duration(nameof(options.KeepEnded), value => options.KeepEnded = value);
        section.Duration(nameof(options.KeepBarrierMarks), value => options.KeepBarrierMarks = value);
    }
}

namespace TechCorp.Messaging;

/// <summary>Lets configuration win over code: which keys there are, and which option each sets.</summary>
internal static class OptionsFromConfiguration
{
    internal static void Read(SectionReader section, PublisherOptions options)
    {
        section.Duration(nameof(options.Timeout), value => options.Timeout = value);
        section.Int32(nameof(options.MaxOutstandingConfirms), value => options.MaxOutstandingConfirms = value);
        section.Int32(nameof(options.MaxBodyBytes), value => options.MaxBodyBytes = value);
        section.Choice<ConnectionLossBehavior>(nameof(options.ConnectionLossBehavior), value => options.ConnectionLossBehavior = value);
    }

    internal static void Read(SectionReader section, ConsumerOptions options)
    {
        section.Int32(nameof(options.Prefetch), value => options.Prefetch = value);
        section.Int32(nameof(options.Concurrency), value => options.Concurrency = value);
        section.Duration(nameof(options.HandlerTimeout), value => options.HandlerTimeout = value);
        section.Int32(nameof(options.RedeliveryLimit), value => options.RedeliveryLimit = value);
        section.Duration(nameof(options.StalledConsumerTimeout), value => options.StalledConsumerTimeout = value);
        section.Boolean(nameof(options.MessageIdFromBodyHash), value => options.MessageIdFromBodyHash = value);
        section.Choice<UnknownTypeBehavior>(nameof(options.WhenTypeUnknown), value => options.WhenTypeUnknown = value);
        section.Text(nameof(options.DeadLetterExchange), value => options.DeadLetterExchange = value);
        section.Section(nameof(options.Policy), policy =>
        {
            policy.Int32(nameof(DeliveryPolicy.ImmediateAttempts), value => options.Policy = options.Policy with { ImmediateAttempts = value });
            policy.Durations(nameof(DeliveryPolicy.Delays), value => options.Policy = options.Policy with { Delays = value });
        });
    }

    internal static void Read(SectionReader section, RabbitMqOptions options, ICollection<string> problems)
    {
        section.Text("Uri", value => options.Uris = RabbitMqUris.Parse(value, $"setting {section.PathOf("Uri")}", problems));
        section.Text(nameof(options.ManagementUri), value =>
        {
            options.ManagementUri = Uri.TryCreate(value, UriKind.Absolute, out var uri) ? uri : null;
            if (uri is null)
            {
                section.Refuse(nameof(options.ManagementUri), "must be an http:// or https:// URI."); // without its text, which may hold a password
            }
        });
        section.Duration(nameof(options.ReconnectDelay), value => options.ReconnectDelay = value);
        section.Duration(nameof(options.MaxReconnectDelay), value => options.MaxReconnectDelay = value);
        section.Duration(nameof(options.ConnectTimeout), value => options.ConnectTimeout = value);
        section.Duration(nameof(options.Heartbeat), value => options.Heartbeat = value);
        section.Int32(nameof(options.MaxInboundMessageBodyBytes), value => options.MaxInboundMessageBodyBytes = value);
        section.Section(nameof(options.Tls), tls => Read(tls, options.Tls));
    }

    private static void Read(SectionReader section, RabbitMqTlsOptions options)
    {
        section.Text(nameof(options.CertificateAuthorityFile), value => options.CertificateAuthorityFile = value);
        section.Text(nameof(options.ClientCertificateFile), value => options.ClientCertificateFile = value);
        section.Text(nameof(options.ClientCertificateKeyFile), value => options.ClientCertificateKeyFile = value);
        section.Text(nameof(options.ClientCertificatePassword), value => options.ClientCertificatePassword = value);
        section.Text(nameof(options.ServerName), value => options.ServerName = value);
        section.Boolean(nameof(options.UseExternalAuthentication), value => options.UseExternalAuthentication = value);
        section.Boolean(nameof(options.CheckRevocation), value => options.CheckRevocation = value);
    }
}

namespace TechCorp.Messaging;

/// <summary>How connections to <c>amqps://</c> nodes are encrypted and authenticated. Every property is optional: without any, the operating system's
/// authorities are trusted and the user logs in with a password.</summary>
/// <remarks>Checked when the host starts. The files are read again for each connection, so renewed certificates need no restart.</remarks>
public sealed class RabbitMqTlsOptions
{
    /// <summary>A PEM file with the certificates of the authorities to trust instead of the operating system's; it may hold several, at least one of them a
    /// root. Default: none.</summary>
    public string? CertificateAuthorityFile { get; set; }

    /// <summary>The client's certificate: PEM, or PKCS#12 with its key. Default: none.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>The private key of <see cref="ClientCertificateFile"/>, PEM. Default: in the certificate's own file.</summary>
    public string? ClientCertificateKeyFile { get; set; }

    /// <summary>The password of the key or of the PKCS#12 file. Never logged. Default: none.</summary>
    public string? ClientCertificatePassword { get; set; }

    /// <summary>The name that the broker's certificate must be issued for; that of the management API may be issued for it too. Default: the host of the
    /// URI.</summary>
    public string? ServerName { get; set; }

    /// <summary>Whether the client certificate is the login (SASL mechanism EXTERNAL), without user and password. The broker needs the plugin
    /// <c>rabbitmq_auth_mechanism_ssl</c>. Default: false.</summary>
    public bool UseExternalAuthentication { get; set; }

    /// <summary>Whether the broker's certificate is looked up in its authority's revocation list, over the network. Default: false.</summary>
    public bool CheckRevocation { get; set; }

    internal bool IsSet => CertificateAuthorityFile is not null || ClientCertificateFile is not null || ClientCertificateKeyFile is not null
        || ClientCertificatePassword is not null || ServerName is not null || UseExternalAuthentication || CheckRevocation;

    internal RabbitMqTlsOptions Copy() => (RabbitMqTlsOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (CertificateAuthorityFile is not null && TlsFiles.ProblemOfAuthorities(CertificateAuthorityFile) is { } authorities)
        {
            yield return $"{nameof(CertificateAuthorityFile)} must be a readable PEM file of certificates; '{CertificateAuthorityFile}' {authorities}.";
        }

        if (ClientCertificateFile is not null && TlsFiles.ProblemOfClient(this) is { } client)
        {
            yield return $"{nameof(ClientCertificateFile)} must be a valid certificate with its private key; '{ClientCertificateFile}' {client}.";
        }

        if (ClientCertificateFile is null && (ClientCertificateKeyFile is not null || ClientCertificatePassword is not null))
        {
            yield return $"{nameof(ClientCertificateKeyFile)} and {nameof(ClientCertificatePassword)} belong to {nameof(ClientCertificateFile)}, which is not "
                + "set.";
        }

        if (UseExternalAuthentication && ClientCertificateFile is null)
        {
            yield return $"{nameof(UseExternalAuthentication)} needs {nameof(ClientCertificateFile)}: the certificate is the login.";
        }

        if (ServerName is not null && Uri.CheckHostName(ServerName) == UriHostNameType.Unknown)
        {
            yield return $"{nameof(ServerName)} must be a host name; it is '{ServerName}'.";
        }
    }
}

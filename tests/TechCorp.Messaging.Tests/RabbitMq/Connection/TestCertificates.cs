using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TechCorp.Messaging.Tests;

/// <summary>Authorities, and certificates that they issue, as PEM files in a folder that the server's account can read.</summary>
internal sealed class TestCertificates : IDisposable
{
    internal const string KeyPassword = "hunter2";

    internal TestCertificates()
    {
        Folder = Directory.CreateTempSubdirectory("techcorp-tls.").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Folder, (UnixFileMode)Convert.ToInt32("755", 8));
        }
    }

    private string Folder { get; }

    internal string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>A new authority; its certificate is in <c>NAME.pem</c>.</summary>
    internal X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 1, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var authority = request.CreateSelfSigned(Now.AddDays(-20), Now.AddDays(20));
        Write($"{name}.pem", authority.ExportCertificatePem());
        return authority;
    }

    /// <summary>An authority that another one has issued; its certificate is in <c>NAME.pem</c>.</summary>
    internal X509Certificate2 Intermediate(X509Certificate2 root, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using var issued = request.Create(root, Now.AddDays(-15), Now.AddDays(15), RandomNumberGenerator.GetBytes(8));
        Write($"{name}.pem", issued.ExportCertificatePem());
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate for a host, in <c>NAME.pem</c> and <c>NAME.key</c>.</summary>
    /// <param name="authority">Who issues it.</param>
    /// <param name="name">Of the files, and the common name.</param>
    /// <param name="host">A DNS name or an address; null for a client.</param>
    /// <param name="expired">Whether it has ended yesterday.</param>
    internal void Issue(X509Certificate2 authority, string name, string? host, bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(host is null ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], false));
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        using var issued = request.Create(authority, Now.AddDays(-10), expired ? Now.AddDays(-1) : Now.AddDays(10), RandomNumberGenerator.GetBytes(8));
        using var complete = issued.CopyWithPrivateKey(key);
        Write($"{name}.pem", issued.ExportCertificatePem());
        Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        Write($"{name}.locked.key", key.ExportEncryptedPkcs8PrivateKeyPem(KeyPassword, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc,
            HashAlgorithmName.SHA256, 1000)));
        Write($"{name}.both.pem", $"{issued.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
        File.WriteAllBytes(PathOf($"{name}.pfx"), complete.Export(X509ContentType.Pkcs12, KeyPassword));
    }

    internal void Write(string file, string text) => File.WriteAllText(PathOf(file), text);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}

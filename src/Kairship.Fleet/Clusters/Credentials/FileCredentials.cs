using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>What a file looked like when it was read: another look says whether to read it again. Kubelets replace the link behind the path.</summary>
internal readonly record struct FileStamp(DateTime Written, long Length)
{
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return target.Exists ? new FileStamp(target.LastWriteTimeUtc, target.Length) : default;
    }
}

/// <summary>A token in a file that somebody renews: read again when it changed, and when the cluster refuses it.</summary>
internal sealed class TokenFileCredentials(string cluster, string path, TimeProvider clock) : CredentialSource
{
    private const int LongestToken = 64 << 10;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private CredentialSet? _current;
    private FileStamp _stamp;
    private long _lookedAt;

    public override string Description => $"the token in {path}";

    public override string Remedy => "whoever renews the file must put a good token into it; it is read again at once";

    public override ValueTask<CredentialSet> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_current is not null && clock.GetElapsedTime(_lookedAt) < Look)
            {
                return ValueTask.FromResult(_current);
            }

            try
            {
                var stamp = FileStamp.Of(path);
                if (_current is null || stamp != _stamp)
                {
                    (_current, _stamp) = (Read(), stamp);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What was read is used on: the file may be just about to be replaced.
                _ = _current ?? throw new ClusterException(
                    ClusterFailure.CredentialsUnavailable, cluster, $"the token file {path} cannot be read: {exception.Message}", exception) { Cause = "TokenFileUnreadable" };
            }

            _lookedAt = clock.GetTimestamp();
            return ValueTask.FromResult(_current);
        }
    }

    public override bool Refused(CredentialSet refused)
    {
        lock (_gate)
        {
            if (_current is not null && !ReferenceEquals(_current, refused))
            {
                return true;
            }

            // A file system's times may be too coarse to show a change.
            var before = _current?.Authorization;
            _current = null;
            try
            {
                (_stamp, _current, _lookedAt) = (FileStamp.Of(path), Read(), clock.GetTimestamp());
                return _current.Authorization != before;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ClusterException)
            {
                return false;
            }
        }
    }

    private CredentialSet Read()
    {
        if (new FileInfo(path).Length > LongestToken)
        {
            throw new IOException("it is too large for a token");
        }

        var token = File.ReadAllText(path).Trim();
        return token.Length > 0 && !token.Any(char.IsWhiteSpace) ? CredentialSet.OfToken(token) : throw new IOException("there is no token in it");
    }
}

/// <summary>A client certificate and its key in files that somebody renews.</summary>
internal sealed class CertificateFileCredentials(string cluster, string certificatePath, string keyPath, TimeProvider clock) : CredentialSource
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private CredentialSet? _current;
    private (FileStamp, FileStamp) _stamp;
    private long _lookedAt;

    public override string Description => $"the client certificate in {certificatePath}";

    public override string Remedy => "whoever renews the files must put a good certificate and its key into them; they are read again at once";

    public override ValueTask<CredentialSet> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Current());

    public override bool IsOutdated(X509Certificate2? shown)
    {
        lock (_gate)
        {
            if (_current is null)
            {
                return false;
            }
        }

        return Current().Certificate?.Thumbprint != shown?.Thumbprint;
    }

    private CredentialSet Current()
    {
        lock (_gate)
        {
            if (_current is not null && clock.GetElapsedTime(_lookedAt) < Look)
            {
                return _current;
            }

            var stamp = (FileStamp.Of(certificatePath), FileStamp.Of(keyPath));
            if (_current is null || stamp != _stamp)
            {
                try
                {
                    var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
                    (_current, _stamp) = (CredentialSet.OfCertificate(certificate), stamp);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
                {
                    // Between the writing of the two files they do not fit each other: what was read is used on.
                    _ = _current ?? throw new ClusterException(
                        ClusterFailure.CredentialsUnavailable, cluster, $"the client certificate {certificatePath} with its key {keyPath} cannot be read: {exception.Message}", exception)
                    {
                        Cause = "CertificateFileUnreadable",
                    };
                }
            }

            _lookedAt = clock.GetTimestamp();
            return _current;
        }
    }
}

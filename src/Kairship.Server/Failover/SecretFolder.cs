namespace Kairship.Server.Failover;

/// <summary>Secrets that applications name and never see: a file for each in a folder of the server, as Kubernetes mounts them.</summary>
internal sealed class SecretFolder(string path)
{
    private const int Largest = 4096;

    /// <summary>Without the line's end; null: there is none, or it is empty or no secret.</summary>
    public async Task<byte[]?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > 253 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') || name[0] == '.')
        {
            return null;
        }

        try
        {
            var file = new FileInfo(Path.Combine(path, name));
            if (!file.Exists || file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Length: > Largest } || (file.LinkTarget is null && file.Length > Largest))
            {
                return null;
            }

            var bytes = await File.ReadAllBytesAsync(file.FullName, cancellationToken);
            var length = bytes.AsSpan().TrimEnd("\r\n"u8).Length;
            return length is 0 or > Largest ? null : bytes[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

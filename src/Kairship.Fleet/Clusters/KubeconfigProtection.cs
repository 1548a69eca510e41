using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Kairship.Fleet.Clusters;

/// <summary>
/// Kubeconfigs at rest: encrypted for their cluster's name, so that one record's bytes do not decrypt under another name. The cluster's identity
/// (the uid of kube-system) is the first line, as a comment.
/// </summary>
internal static class KubeconfigProtection
{
    private const string Purpose = "Kairship.Fleet.Kubeconfig.v1";
    private const string IdentityComment = "# kairship.io/cluster-uid: ";

    public static byte[] Protect(IDataProtectionProvider provider, string cluster, string identity, string yaml) =>
        Protector(provider, cluster).Protect(Encoding.UTF8.GetBytes($"{IdentityComment}{identity}\n{yaml}"));

    public static string Unprotect(IDataProtectionProvider provider, ClusterRecord record) =>
        Encoding.UTF8.GetString(Protector(provider, record.Name).Unprotect(record.ProtectedKubeconfig));

    /// <summary>The identity that was written with the kubeconfig; null when there is none.</summary>
    public static string? IdentityOf(string unprotected) =>
        unprotected.StartsWith(IdentityComment, StringComparison.Ordinal) && unprotected.IndexOf('\n') is > 0 and var end
            ? unprotected[IdentityComment.Length..end]
            : null;

    private static IDataProtector Protector(IDataProtectionProvider provider, string cluster) => provider.CreateProtector(Purpose, cluster);
}

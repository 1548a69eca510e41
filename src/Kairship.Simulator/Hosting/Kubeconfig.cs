using System.Text;

namespace Kairship.Simulator.Hosting;

/// <summary>The kubeconfig of one cluster.</summary>
internal static class Kubeconfig
{
    /// <summary>YAML with one cluster, user and context, all called as the cluster.</summary>
    public static string Yaml(string name, Uri url, string caPem, string token)
    {
        var ca = caPem.Length == 0 ? "" : $"\n    certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(caPem))}";
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {name}
              cluster:
                server: {url.GetLeftPart(UriPartial.Authority)}{ca}
            users:
            - name: {name}
              user:
                token: {token}
            contexts:
            - name: {name}
              context:
                cluster: {name}
                user: {name}
            current-context: {name}

            """;
    }
}

using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Tests;

/// <summary>Small objects of an application "shop".</summary>
internal static class SampleManifests
{
    public const string Application = "shop";

    public static Manifest Deployment(string name, string image = "example.test/web:1", int replicas = 2, string ns = "default", string? application = Application, string extra = "") => Of($$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: {{name}}, namespace: {{ns}}{{Labels(application)}} }
        spec:
          replicas: {{replicas}}
          {{extra}}
          selector: { matchLabels: { app: {{name}} } }
          template:
            metadata: { labels: { app: {{name}} } }
            spec: { containers: [ { name: web, image: "{{image}}" } ] }
        """);

    public static Manifest ConfigMap(string name, string value = "1", string ns = "default", string? application = Application, string labels = "") => Of($$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: {{name}}, namespace: {{ns}}{{Labels(application, labels)}} }
        data: { value: "{{value}}" }
        """);

    public static Manifest Service(string name, string ns = "default") => Of($$"""
        apiVersion: v1
        kind: Service
        metadata: { name: {{name}}, namespace: {{ns}}{{Labels(Application)}} }
        spec: { selector: { app: {{name}} }, ports: [ { port: 80, protocol: TCP } ] }
        """);

    public static Manifest Namespace(string name) => Of($$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: {{name}}{{Labels(Application)}} }
        """);

    public static Manifest Definition() => Of($$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: widgets.example.test{{Labels(Application)}} }
        spec:
          group: example.test
          scope: Namespaced
          names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList }
          versions:
          - name: v1
            served: true
            storage: true
            schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
        """);

    public static Manifest Widget(string name) => Of($$"""
        apiVersion: example.test/v1
        kind: Widget
        metadata: { name: {{name}}, namespace: default{{Labels(Application)}} }
        spec: { size: 3 }
        """);

    public static Manifest Of(string yaml) => ManifestParser.Parse(yaml).Single();

    public static JsonObject Json(string yaml) => Of(yaml).Json;

    private static string Labels(string? application, string more = "") =>
        application is null ? "" : $", labels: {{ kairship.io/application: {application}{(more.Length == 0 ? "" : $", {more}")} }}";
}

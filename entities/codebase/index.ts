/** codebase_db: what the repositories contain. */
import { AnalysisRun } from './analysis-run.ts';
import { CodeComplexityAnalysis } from './code-complexity-analysis.ts';
import { CodeElement } from './code-element.ts';
import { CodeFile } from './code-file.ts';
import { Codebase } from './codebase.ts';
import { CodebaseOverview } from './codebase-overview.ts';
import { DependencyAnalysis } from './dependency-analysis.ts';
import { ExternalDependency } from './external-dependency.ts';
import { FileMetrics } from './file-metrics.ts';
import { Relationship } from './relationship.ts';

export const entities = [
  Codebase,
  AnalysisRun,
  CodeFile,
  FileMetrics,
  CodeElement,
  Relationship,
  ExternalDependency,
  CodebaseOverview,
  CodeComplexityAnalysis,
  DependencyAnalysis,
];
